"""What a work that is to be killed needs: a tiny model, data with a classifier, and a Hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ganvae.metrics.classifier import NAME, WEIGHTS, DigitClassifier
from tests.conftest import TINY, write_idx, write_model
from tests.hub import pull_server, push_server


def tiny_model(weights: Path) -> Path:
    """A tiny untrained model with all its files, in a weights folder of its own."""
    recipe = next(recipe for recipe in TINY if recipe.name == "vae-3")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        write_model(weights / recipe.name, recipe)
    return weights / recipe.name


def place_to_train(place: Path) -> Path:
    """A folder with a small data set of digits, and a classifier that knows nothing."""
    random = np.random.default_rng(0)
    for prefix, count in (("train", 150), ("t10k", 40)):
        raw = place / "data" / "MNIST" / "raw"
        images = random.integers(0, 256, (count, 28, 28), np.uint8)
        write_idx(raw / f"{prefix}-images-idx3-ubyte", images)
        write_idx(raw / f"{prefix}-labels-idx1-ubyte", random.integers(0, 10, count, np.uint8))
    (place / "weights" / NAME).mkdir(parents=True)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_file(DigitClassifier().state_dict(), place / "weights" / NAME / WEIGHTS)
    return place


def hub_to_push_to() -> AbstractContextManager[push_server.Hub]:
    """A Hub with nothing on it."""
    return push_server.running()


@contextmanager
def hub_to_pull_from(weights: Path, repo: str) -> Iterator[pull_server.Hub]:
    """A Hub with one repository, which holds these models."""
    with pull_server.serving(repo) as hub:
        hub.put(pull_server.files_of(weights))
        yield hub
