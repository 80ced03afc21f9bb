"""The names that files of ours have in a weights folder, for what is pushed and what is pulled."""

from __future__ import annotations

# A name that begins with a letter or digit can't lead out of its folder.
PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
# What the page reads of a model's folder, besides its snapshots.
MODEL = (
    r"(config|metrics|seeds|export|directions|map)\.json|history\.csv|"
    r"(model|fitted_prior|directions|map)\.safetensors|"
    r"(decoder|encoder|discriminator)\.onnx"
)
CLASSIFIER = r"classifier\.safetensors"
# What the page reads that belongs to no model.
SHARED = (
    rf"(claims|bridges)\.json|sweeps/{PART}\.json|"
    rf"reference/{PART}/(reference\.json|training_features\.safetensors)"
)
