"""What is told of one picture wherever two models are compared on it."""

from __future__ import annotations

import base64
from typing import Any

import torch
from torch import Tensor

from ganvae import render
from ganvae.collection import Collection
from ganvae.models import GAN


def picture_facts(
    collection: Collection,
    names: tuple[str | None, str | None],
    image: Tensor,
    original: Tensor | None,
) -> dict[str, Any]:
    """A picture and what can be said of it.

    Args:
        names: the VAE and the GAN of the pair, either of which may be missing.
        image, original: (1, C, H, W) in [0, 1]; None where the picture is the original itself.

    Returns:
        `image`, a PNG as data URL; `sharpness` as a share of real pictures'; `realness` by the
        GAN's discriminator; `error`, its root mean square difference from the original. None
        stands for what is not known.
    """
    # Both members of a pair know the same real pictures, if they know any.
    known = (collection.sharpness(name, image) for name in reversed(names) if name)
    judge = collection.model(names[1]) if names[1] else None
    return {
        "image": data_url(image),
        "sharpness": next((value for value in known if value is not None), None),
        "realness": judge.realness(image).item() if isinstance(judge, GAN) else None,
        "error": None if original is None else (image - original).square().mean().sqrt().item(),
    }


def feature_distance(
    collection: Collection, dataset: str, image: Tensor, original: Tensor
) -> float | None:
    """Euclidean distance of two digits (1, 1, H, W) in the digit classifier's features.

    None for other data, or where there is no classifier.
    """
    classifier = collection.classifier() if dataset == "mnist" else None
    if classifier is None or image.shape[1] != 1:
        return None
    features = classifier.features(torch.cat((image, original)))
    return (features[0] - features[1]).norm().item()


def data_url(image: Tensor) -> str:
    """The first of images (N, C, H, W) in [0, 1] as a PNG that a page can show."""
    return png_url(render.png(render.pictures(image[:1])[0]))


def png_url(png: bytes) -> str:
    """A PNG file that a page can show."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
