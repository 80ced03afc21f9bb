"""The models of a weights folder: one state of it, read as it is asked for."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import torch

from ganvae import checkpoint, files, latents
from ganvae.bridges.figures import Figures, read_figures
from ganvae.bridges.stops import BridgeView, find_bridges, judge_of
from ganvae.directions.format import Direction, read_directions
from ganvae.errors import UserError
from ganvae.export.format import Export, ExportedFile, read_export
from ganvae.latents import Array, Axes
from ganvae.maps.format import LatentMap, read_latent_map
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.metrics.classifier import DigitClassifier, load_classifier
from ganvae.metrics.neighbours import TrainingFeatures, read_training_features
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GAN, VAE
from ganvae.pairing import PairView, find_pairs
from ganvae.prior.format import FittedPrior, read_fitted_prior
from ganvae.recipe import Recipe
from ganvae.untrusted import number, numbers

_log = logging.getLogger(__name__)
_R = TypeVar("_R")


class Collection:
    """Models by name: those that the folder held when this was made, for good.

    A model, and what is drawn with it, is read from disk when it is first asked for, once, and
    shared; it is never changed, so any number of threads may use it. Its measurements are read
    whenever they are asked for. Other models are another collection.

    Attributes:
        weights: the folder.
        entries: what the folder holds, by name.
        version: a text that tells this collection from every other.

    Raises:
        UserError: the folder does not exist.
    """

    def __init__(self, weights: Path) -> None:
        entries = {entry.name: entry for entry in checkpoint.scan(weights)}
        self.weights: Final = weights
        self.entries: Final[Mapping[str, checkpoint.Entry]] = MappingProxyType(entries)
        self.version: Final = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._models: dict[str, VAE | GAN] = {}
        self._axes: dict[str, Axes] = {}
        self._fingerprints: dict[str, str] = {}
        # None: it was looked for, and is not there or can't be used.
        self._directions: dict[str, list[Direction] | None] = {}
        self._fitted: dict[str, FittedPrior | None] = {}
        self._maps: dict[str, LatentMap | None] = {}
        self._exported: dict[str, Export | None] = {}
        self._classifier: dict[str, DigitClassifier | None] = {}
        self._training_features: dict[str, TrainingFeatures | None] = {}

    def fingerprint(self) -> str | None:
        """16 hexadecimal digits of all weights here, the same wherever these weights are.

        None where a file can't be read, or there is no model.
        """
        whole = hashlib.sha256()
        with self._lock:
            for name, entry in self.entries.items():
                if entry.recipe is None:
                    continue
                if name not in self._fingerprints:
                    try:
                        self._fingerprints[name] = files.sha256(entry.folder / checkpoint.WEIGHTS)
                    except OSError:
                        return None
                whole.update(f"{name} {self._fingerprints[name]}\n".encode())
        return whole.hexdigest()[:16] if self._fingerprints else None

    def recipe(self, name: str) -> Recipe:
        """The recipe of a model.

        Raises:
            UserError: there is no such model; the sentence lists those there are.
        """
        entry = self.entries.get(name) if isinstance(name, str) else None
        if entry is None:
            there = ", ".join(n for n, e in self.entries.items() if e.recipe) or "none"
            raise UserError(f"There is no model {str(name)!r}; there are: {there}.")
        if entry.recipe is None:
            raise UserError(f"The model {name} can't be used: {entry.problem}")
        return entry.recipe

    def model(self, name: str) -> VAE | GAN:
        """The model, read from disk at the first call.

        Raises:
            UserError: there is no such model or its files are not whole.
        """
        self.recipe(name)
        with self._lock:
            if name not in self._models:
                self._models[name] = checkpoint.load(self.entries[name].folder)
            return self._models[name]

    def axes(self, name: str) -> Axes:
        """The model's latent axes, those that matter most first."""
        model = self.model(name)
        with self._lock:
            if name not in self._axes:
                kl = numbers(self.metrics(name).get("kl_per_dimension"), model.recipe.latent)
                self._axes[name] = latents.find_axes(model, kl)
            return self._axes[name]

    def directions(self, name: str) -> list[Direction]:
        """The model's directions that have a meaning, those of the largest effect first.

        Those that can't be read are named in the log and left out: the axes are there without.
        """
        recipe = self.recipe(name)
        folder = self.entries[name].folder
        without = f"{name} has axes only, no directions"
        read = functools.partial(read_directions, folder, recipe)
        return self._optional(self._directions, name, read, without) or []

    def fitted_prior(self, name: str) -> FittedPrior | None:
        """The prior that was fitted to a VAE after its training; None if it has none.

        One that can't be read is named in the log and left out: its model works without it.
        """
        recipe = self.recipe(name)
        if recipe.family != "vae":
            return None
        without = f"{name} is sampled from N(0, I) only"
        read = functools.partial(read_fitted_prior, self.entries[name].folder, recipe)
        return self._optional(self._fitted, name, read, without)

    def latent_map(self, name: str) -> LatentMap | None:
        """The map of the model's latent space; None if it has none.

        One that can't be read is named in the log and left out: its model works without it.
        """
        recipe = self.recipe(name)
        read = functools.partial(read_latent_map, self.entries[name].folder, recipe)
        return self._optional(self._maps, name, read, f"{name} has no map on the page")

    def exported(self, name: str) -> list[ExportedFile]:
        """What of the model a browser can run itself; nothing where that is missing or out of date.

        What can't be used is named in the log and left out: the server draws instead.
        """
        self.recipe(name)
        read = functools.partial(read_export, self.entries[name].folder)
        export = self._optional(self._exported, name, read, f"{name} is drawn by the server only")
        return list(export.files.values()) if export else []

    def classifier(self) -> DigitClassifier | None:
        """The digit classifier that lies beside the models; None without a usable one."""
        read = functools.partial(load_classifier, self.weights)
        without = "Digits are not compared by their features"
        return self._optional(self._classifier, CLASSIFIER, read, without)

    def training_features(self) -> TrainingFeatures | None:
        """The features of all training digits; None without a usable file of this classifier's."""
        classifier = self.classifier()
        read = functools.partial(read_training_features, self.weights)
        without = "Nearest training images are not told"
        found = self._optional(self._training_features, CLASSIFIER, read, without)
        ours = found and classifier and found.network == classifier.fingerprint
        return found if ours else None

    def sample_z(
        self, name: str, seed: int, count: int, temperature: float = 1.0, fitted: bool = False
    ) -> Array:
        """The first `count` rows (count, latent) of a seed, as a model's prior makes z of them.

        Args:
            fitted: take the fitted prior of a model that has one.
        """
        recipe = self.recipe(name)
        prior = self.fitted_prior(name) if fitted else None
        if prior is not None:
            return prior.sample(seed, count, temperature)
        return latents.sample_z(seed, recipe.latent, count, recipe.prior, temperature)

    def metrics(self, name: str) -> dict[str, Any]:
        """What was measured of the model; empty where nothing was."""
        self.recipe(name)
        return checkpoint.read_metrics(self.entries[name].folder)

    def pairs(self) -> list[PairView]:
        """The pairs that have models here, in the project's order, then those it doesn't know."""
        return find_pairs(self._recipes())

    def bridges(self) -> list[BridgeView]:
        """The bridges that have two stops or more here; these are members of no pair."""
        return find_bridges(self._recipes())

    def stop_figures(self, stops: Sequence[str]) -> list[Figures]:
        """What was measured of the stops of a bridge, in their order."""
        return read_figures(stops, self._recipes(), self.metrics)

    def judge_of(self, stop: str) -> str | None:
        """The GAN beside the VAE that a stop of a bridge started from, if it is here."""
        return judge_of(self.recipe(stop), self._recipes())

    def generate(self, name: str, z: Array) -> torch.Tensor:
        """Images (N, C, H, W) in [0, 1] for z (N, latent)."""
        return self.model(name).generate(torch.from_numpy(z))

    def sharpness(self, name: str, images: torch.Tensor) -> float | None:
        """Sharpness of images of a model as a share of real data's; None if that is not known."""
        each = self.sharpness_of_each(name, images)
        return None if each is None else each.mean().item()

    def sharpness_of_each(self, name: str, images: torch.Tensor) -> torch.Tensor | None:
        """`sharpness` of every image, (N,); its mean is that of all together."""
        real = self._real_variance(name)
        return None if real is None else laplacian_variance(images) / real

    def share_of_real(self, name: str, variance: float) -> float | None:
        """A variance of the Laplacian of a model's images as a share of real data's, if known."""
        real = self._real_variance(name)
        return None if real is None else variance / real

    def _real_variance(self, name: str) -> float | None:
        return number(self.metrics(name), "sharpness", "real_laplacian_variance", low=1e-12)

    def _recipes(self) -> dict[str, Recipe]:
        return {name: entry.recipe for name, entry in self.entries.items() if entry.recipe}

    def _optional(
        self, kept: dict[str, _R | None], name: str, read: Callable[[], _R | None], without: str
    ) -> _R | None:
        """What models do without, read once; what can't be read is None, and said in the log."""
        with self._lock:
            if name not in kept:
                try:
                    kept[name] = read()
                except UserError as error:
                    _log.warning("%s: %s", without, error)
                    kept[name] = None
            return kept[name]
