"""What a person reads about a model that depends on its data set or its loss."""

from __future__ import annotations

# What to look for in a pair that the project does not know; it may lack one of the two.
ANY_HINT = (
    "Look at fine detail: a VAE tends to smooth it away, a GAN to draw it, and sometimes to draw "
    "it wrong."
)
# The same of a bridge from a VAE to a GAN.
ANY_BRIDGE_HINT = (
    "Drag from the VAE to the GAN: pictures gain detail, and lose likeness to what was encoded."
)
_SUBJECTS = {"mnist": ("digit", "digits"), "celeba": ("face", "faces")}
_ANYTHING = ("picture", "pictures")
_NOTES = {
    "celeba": "These models learnt from the photographs of CelebA, whose terms allow "
    "non-commercial research only.",
}
# How distances were measured during training: the words, and the number of samples.
_FEATURES = {
    "digit-classifier": ("the digit classifier's features", 2000),
    "efficientnet-lite0": ("the features of EfficientNet-Lite0", 1000),
}


def subject(dataset: str | None) -> tuple[str, str]:
    """What one picture of a data set shows, and several: `("face", "faces")`."""
    return _SUBJECTS.get(dataset or "", _ANYTHING)


def data_note(dataset: str) -> str:
    """What a visitor must be told about a data set; empty where there is nothing."""
    return _NOTES.get(dataset, "")


def feature_space(features: str | None) -> str:
    """In which features, and of how many samples, the distances of a history are."""
    if features not in _FEATURES:
        return "a network's features"
    space, count = _FEATURES[features]
    return f"{space}, {count:,} samples"


def pair_title(key: str) -> str:
    """A title for a pair that the project does not know, from its key: `big-cats`."""
    words = " ".join(key.replace("-", " ").replace("_", " ").split())
    return f"{words[:1].upper()}{words[1:]}" or "Other models"
