"""What may be said in a Recipe: words that choose, and limits of numbers."""

from __future__ import annotations

from typing import Literal

Family = Literal["vae", "gan"]
Prior = Literal["normal", "uniform"]
Network = Literal["perceptron", "convolutional", "strided", "residual"]
Initialisation = Literal["default", "xavier", "dcgan"]
Precision = Literal["float32", "bfloat16"]
Reduction = Literal["sum", "mean"]
Storage = Literal["float32", "float16"]

MAX_LATENT = 1024
# Gaussians of a fitted prior, and the most: more would have too few images each.
COMPONENTS, MAX_COMPONENTS = 10, 100
MAX_SEED = 2**32 - 1
