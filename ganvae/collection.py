"""The models of a weights folder, paired for the page and loaded when they are first needed."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeGuard, TypeVar

import torch

from ganvae import checkpoint, files, latents, words
from ganvae.bridges.figures import Figures, read_figures
from ganvae.bridges.stops import BridgeView, find_bridges, is_stop, judge_of
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
from ganvae.prior.format import FittedPrior, read_fitted_prior
from ganvae.recipe import Recipe
from ganvae.recipe.pairs import PAIRS

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True)
class PairView:
    """A pair that has at least one model: what the page offers at its top.

    Attributes:
        vaes, gans: names of the models, the smallest latent size first.
        fitted: it opens with the VAE's fitted prior.
    """

    key: str
    title: str
    hint: str
    vaes: list[str]
    gans: list[str]
    fitted: bool = False


@dataclass(frozen=True)
class _Held:
    """One state of a weights folder, and what was read of it so far."""

    weights: Path
    entries: dict[str, checkpoint.Entry]
    models: dict[str, VAE | GAN] = field(default_factory=dict)
    axes: dict[str, Axes] = field(default_factory=dict)
    # None: it was looked for, and is not there or can't be used.
    directions: dict[str, list[Direction] | None] = field(default_factory=dict)
    fitted: dict[str, FittedPrior | None] = field(default_factory=dict)
    maps: dict[str, LatentMap | None] = field(default_factory=dict)
    exported: dict[str, Export | None] = field(default_factory=dict)
    classifier: dict[str, DigitClassifier | None] = field(default_factory=dict)
    training_features: dict[str, TrainingFeatures | None] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)
    version: str = field(default_factory=lambda: secrets.token_hex(8))

    def optional(
        self, kept: dict[str, _R | None], name: str, read: Callable[[], _R | None], without: str
    ) -> _R | None:
        """What models do without, read once; what can't be read is None, and said in the log."""
        with self.lock:
            if name not in kept:
                try:
                    kept[name] = read()
                except UserError as error:
                    _log.warning("%s: %s", without, error)
                    kept[name] = None
            return kept[name]


@dataclass
class _Steady:
    """What a call in progress reads: which version it asked for, and what that was found to be."""

    version: str | None
    held: dict[int, _Held] = field(default_factory=dict)


_steady: ContextVar[_Steady | None] = ContextVar("steady", default=None)
# Pages that visitors opened before so many replacements still get the models they show.
_KEPT = 2


@contextmanager
def steady(version: str | None = None) -> Iterator[None]:
    """Within, every `Collection` stays as it is, even if its models are replaced meanwhile.

    Args:
        version: take that earlier state of a collection, if it still has it.
    """
    if _steady.get() is not None:
        yield
        return
    token = _steady.set(_Steady(version))
    try:
        yield
    finally:
        _steady.reset(token)


def _steadily(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """A method that reads more than once, all of it from one state."""

    @functools.wraps(method)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with steady():
            return method(*args, **kwargs)

    return call


class Collection:
    """Models by name. One is read from disk once and shared; it is never changed, so any number
    of threads may use it.

    All models can be replaced at once by those of another folder. A call that is `steady` goes on
    with what it began with.

    Raises:
        UserError: the folder does not exist.
    """

    def __init__(self, weights: Path) -> None:
        entries = {entry.name: entry for entry in checkpoint.scan(weights)}
        self._states: tuple[_Held, ...] = (_Held(weights, entries),)

    @property
    def weights(self) -> Path:
        """The folder."""
        return self._held.weights

    @property
    def entries(self) -> dict[str, checkpoint.Entry]:
        """What the folder holds, by name."""
        return self._held.entries

    @property
    def version(self) -> str:
        """A text that tells this state of the models from every other."""
        return self._held.version

    @_steadily
    def fingerprint(self) -> str | None:
        """16 hexadecimal digits of all weights here, the same wherever these weights are.

        None where a file can't be read, or there is no model.
        """
        held, whole = self._held, hashlib.sha256()
        with held.lock:
            for name, entry in held.entries.items():
                if entry.recipe is None:
                    continue
                if name not in held.fingerprints:
                    try:
                        held.fingerprints[name] = files.sha256(entry.folder / checkpoint.WEIGHTS)
                    except OSError:
                        return None
                whole.update(f"{name} {held.fingerprints[name]}\n".encode())
        return whole.hexdigest()[:16] if held.fingerprints else None

    def adopt(self, other: Collection) -> None:
        """Show the models of another collection from now on, all of them at once."""
        self._states = (other._states[0], *self._states[:_KEPT])

    @property
    def _held(self) -> _Held:
        states, call = self._states, _steady.get()
        if call is None:
            return states[0]
        asked = next((held for held in states if held.version == call.version), states[0])
        return call.held.setdefault(id(self), asked)

    @_steadily
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

    @_steadily
    def model(self, name: str) -> VAE | GAN:
        """The model, read from disk at the first call.

        Raises:
            UserError: there is no such model or its files are not whole.
        """
        self.recipe(name)
        held = self._held
        with held.lock:
            if name not in held.models:
                held.models[name] = checkpoint.load(held.entries[name].folder)
            return held.models[name]

    @_steadily
    def axes(self, name: str) -> Axes:
        """The model's latent axes, those that matter most first."""
        model = self.model(name)
        held = self._held
        with held.lock:
            if name not in held.axes:
                kl = _numbers(self.metrics(name).get("kl_per_dimension"), model.recipe.latent)
                held.axes[name] = latents.find_axes(model, kl)
            return held.axes[name]

    @_steadily
    def directions(self, name: str) -> list[Direction]:
        """The model's directions that have a meaning, those of the largest effect first.

        Those that can't be read are named in the log and left out: the axes are there without.
        """
        recipe, held = self.recipe(name), self._held
        folder = held.entries[name].folder
        without = f"{name} has axes only, no directions"
        read = functools.partial(read_directions, folder, recipe)
        return held.optional(held.directions, name, read, without) or []

    @_steadily
    def fitted_prior(self, name: str) -> FittedPrior | None:
        """The prior that was fitted to a VAE after its training; None if it has none.

        One that can't be read is named in the log and left out: its model works without it.
        """
        recipe, held = self.recipe(name), self._held
        if recipe.family != "vae":
            return None
        without = f"{name} is sampled from N(0, I) only"
        read = functools.partial(read_fitted_prior, held.entries[name].folder, recipe)
        return held.optional(held.fitted, name, read, without)

    @_steadily
    def latent_map(self, name: str) -> LatentMap | None:
        """The map of the model's latent space; None if it has none.

        One that can't be read is named in the log and left out: its model works without it.
        """
        recipe, held = self.recipe(name), self._held
        read = functools.partial(read_latent_map, held.entries[name].folder, recipe)
        return held.optional(held.maps, name, read, f"{name} has no map on the page")

    @_steadily
    def exported(self, name: str) -> list[ExportedFile]:
        """What of the model a browser can run itself; nothing where that is missing or out of date.

        What can't be used is named in the log and left out: the server draws instead.
        """
        self.recipe(name)
        held = self._held
        read = functools.partial(read_export, held.entries[name].folder)
        export = held.optional(held.exported, name, read, f"{name} is drawn by the server only")
        return list(export.files.values()) if export else []

    @_steadily
    def classifier(self) -> DigitClassifier | None:
        """The digit classifier that lies beside the models; None without a usable one."""
        held = self._held
        read = functools.partial(load_classifier, held.weights)
        without = "Digits are not compared by their features"
        return held.optional(held.classifier, CLASSIFIER, read, without)

    @_steadily
    def training_features(self) -> TrainingFeatures | None:
        """The features of all training digits; None without a usable file of this classifier's."""
        held, classifier = self._held, self.classifier()
        read = functools.partial(read_training_features, held.weights)
        without = "Nearest training images are not told"
        found = held.optional(held.training_features, CLASSIFIER, read, without)
        ours = found and classifier and found.network == classifier.fingerprint
        return found if ours else None

    @_steadily
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

    @_steadily
    def metrics(self, name: str) -> dict[str, Any]:
        """What was measured of the model; empty where nothing was."""
        self.recipe(name)
        return checkpoint.read_metrics(self.entries[name].folder)

    @_steadily
    def pairs(self) -> list[PairView]:
        """The pairs that have models here, in the project's order, then those it doesn't know."""
        recipes = {n: r for n, r in self._recipes().items() if not is_stop(r)}
        known = {pair.key: pair for pair in PAIRS}
        keys = [*known, *sorted({recipe.pair for recipe in recipes.values()} - set(known))]
        views = []
        for key in keys:
            # A folder may have another name than its recipe: a model goes by its folder's.
            members = sorted(
                (name for name, recipe in recipes.items() if recipe.pair == key),
                key=lambda name: (recipes[name].latent, name),
            )
            if members:
                views.append(
                    PairView(
                        key,
                        known[key].title if key in known else words.pair_title(key),
                        known[key].hint if key in known else words.ANY_HINT,
                        [name for name in members if recipes[name].family == "vae"],
                        [name for name in members if recipes[name].family == "gan"],
                        key in known and known[key].fitted,
                    )
                )
        return views

    @_steadily
    def bridges(self) -> list[BridgeView]:
        """The bridges that have two stops or more here; these are members of no pair."""
        return find_bridges(self._recipes())

    @_steadily
    def stop_figures(self, stops: Sequence[str]) -> list[Figures]:
        """What was measured of the stops of a bridge, in their order."""
        return read_figures(stops, self._recipes(), self.metrics)

    @_steadily
    def judge_of(self, stop: str) -> str | None:
        """The GAN beside the VAE that a stop of a bridge started from, if it is here."""
        return judge_of(self.recipe(stop), self._recipes())

    def _recipes(self) -> dict[str, Recipe]:
        return {name: entry.recipe for name, entry in self.entries.items() if entry.recipe}

    def generate(self, name: str, z: Array) -> torch.Tensor:
        """Images (N, C, H, W) in [0, 1] for z (N, latent)."""
        return self.model(name).generate(torch.from_numpy(z))

    @_steadily
    def sharpness(self, name: str, images: torch.Tensor) -> float | None:
        """Sharpness of images of a model as a share of real data's; None if that is not known."""
        each = self.sharpness_of_each(name, images)
        return None if each is None else each.mean().item()

    @_steadily
    def sharpness_of_each(self, name: str, images: torch.Tensor) -> torch.Tensor | None:
        """`sharpness` of every image, (N,); its mean is that of all together."""
        sharpness = self.metrics(name).get("sharpness")
        real = sharpness.get("real_laplacian_variance") if isinstance(sharpness, dict) else None
        if not _is_number(real) or real <= 0:
            return None
        return laplacian_variance(images) / real


def _is_number(value: Any) -> TypeGuard[float]:
    """Whether a value from a metrics file, which may hold anything, is a finite number."""
    return type(value) in (int, float) and abs(value) <= 1e300


def _numbers(value: Any, count: int) -> list[float] | None:
    """The value if it is a list of so many finite numbers."""
    fine = isinstance(value, list) and len(value) == count and all(map(_is_number, value))
    return value if fine else None
