"""The training image nearest to a sample: does the model draw what it was shown?"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui import checks, sampling
from ganvae.ui.facts import data_url
from ganvae.ui.measured import numbers
from ganvae.ui.turns import DRAWING, takes_turns
from ganvae.untrusted import number

MAX_PICK = 99
_NO_IMAGES = "The training images are not at hand: the server has no folder with the data set."
_NO_FEATURES = "The features of the training images are not at hand."


@takes_turns(DRAWING)
def nearest(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """The picked sample of each model and the training image nearest to it.

    Args:
        data: `models`, `seed`, `pick`, `temperature`, `matched` and `fitted`, as the tab draws
            them.

    Returns:
        {"models": {name: {"sample", "image", "index", "distance", "share", "typical",
        "closer"}}, "note"}: two PNGs as data URL, `image` None and a `note` where the data set
        is not at hand; the number of the training image; the distance in the classifier's
        features; the share of test images that are farther from theirs; the median of test
        images; and how the whole model compares (see metrics/neighbours.py), each None where
        it was not measured.

    Raises:
        UserError: a value makes no sense, or the models are not of handwritten digits.
    """
    names = checks.models(collection, data.get("models"))
    pick = checks.whole(data.get("pick"), "The pick", 0, MAX_PICK)
    seed, temperature = (
        checks.seed(data.get("seed")),
        checks.temperature(data.get("temperature")),
    )
    if any(collection.recipe(name).dataset != "mnist" for name in names):
        raise UserError("Nearest training images are known of handwritten digits only.")
    classifier, features = collection.classifier(), collection.training_features()
    if classifier is None or features is None:
        raise UserError(_NO_FEATURES)
    matched, fitted = data.get("matched") is True, data.get("fitted") is True
    grids = sampling.grids(collection, names, seed, pick + 1, temperature, matched, fitted)
    images = _training_images()
    answer = {}
    for name, drawn in grids.items():
        sample = drawn[pick:]
        index, distance = (one.item() for one in features.nearest(classifier.features(sample)))
        answer[name] = {
            "sample": data_url(sample),
            "image": None if images is None else data_url(images[int(index) :][:1] / 255),
            "index": index,
            "distance": distance,
            **_compared(collection, name, distance, fitted),
        }
    return {"models": answer, "note": _NO_IMAGES if images is None else ""}


def _compared(collection: Collection, name: str, distance: float, fitted: bool) -> dict[str, Any]:
    metrics = collection.metrics(name)
    whole = number(metrics, "memorisation", "closer")
    if fitted and collection.fitted_prior(name) is not None:
        whole = number(metrics, "memorisation", "fitted", "closer")
    quantiles = numbers(metrics, "memorisation", "test_quantiles")
    share = None
    if quantiles and len(quantiles) > 1:
        # The quantiles are evenly spaced, so between two of them the share grows evenly.
        places = np.linspace(0, 1, len(quantiles))
        share = 1 - float(np.interp(distance, np.sort(quantiles), places))
    return {
        "share": share,
        "typical": number(metrics, "memorisation", "test_median"),
        "closer": whole,
    }


def _training_images() -> Tensor | None:
    """uint8 (N, 1, 28, 28), or None where the data set is not at hand."""
    # Imported late, like all that reads data sets: most visits never do.
    from ganvae import data

    try:
        return _read(data.find_data_dir())
    except UserError:
        return None


@functools.lru_cache(maxsize=1)
def _read(data_dir: Path | None) -> Tensor:
    from ganvae import data

    return data.load_images("mnist", "train", data_dir)
