"""What the Reconstruct tab asks of the server: the VAE's answer at once, the GAN's as found."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ganvae import latents
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.inversion.search import Progress, effort_for, search
from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe
from ganvae.ui import checks, originals
from ganvae.ui.facts import data_url, feature_distance, picture_facts
from ganvae.ui.limits import LINE_LOOK_SECONDS, LOOK_SECONDS
from ganvae.ui.searches import Searches
from ganvae.ui.turns import DRAWING, takes_turns

# Pictures beside the VAE's own: as many draws from its posterior, or moments of the GAN's search.
SAMPLES = 8
_SEED = 0
_READERS: dict[str, Callable[[Recipe, Any], Tensor]] = {
    "drawing": originals.drawing,
    "photo": originals.photo,
    "test": originals.test_image,
}


# Compared by identity, as what is told of it is kept beside it.
@dataclass(frozen=True, eq=False)
class _Found:
    """A moment of a search, with what the page needs to tell of it.

    Attributes:
        collection: the models that the search began with: it is told by these to its end.
    """

    progress: Progress
    collection: Collection
    gan: GAN
    name: str
    vae: str | None
    original: Tensor
    course: list[str] = field(default_factory=list)


class Reconstructions:
    """A picture through the models of a pair, either of which may be missing."""

    def __init__(self, searches: Searches[_Found]) -> None:
        self._searches = searches
        # A page looks more often than a search that takes turns finds anything.
        self._told: weakref.WeakKeyDictionary[_Found, dict[str, Any]] = weakref.WeakKeyDictionary()

    def offers(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """What can be reconstructed: {"test": how many, "note": why none, "drawing": bool}.

        Args:
            data: `model`, the name of one of the pair.
        """
        recipe = collection.recipe(checks.model(collection, data.get("model")))
        count, note = originals.count_test_images(recipe)
        return {"test": count, "note": note, "drawing": originals.can_draw(recipe)}

    @takes_turns(DRAWING)
    def encode(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """The original as the models get it, and the VAE's reconstruction of it.

        Args:
            data: `vae` and `gan`, their names or null; `original`: `drawing`, `photo` or `test`,
                with the value of that name (`test`: its number); `seed` of the posterior's samples.

        Returns:
            `original`, the facts of a picture (see facts.py). Where there is a VAE `vae`, its facts
            with `z` (the posterior's mean), `spread` (its mean standard deviation), `distance` in
            feature space and `seconds`; and `samples`, eight pictures of the posterior.

        Raises:
            UserError: a value makes no sense, or nothing is drawn or seen.
        """
        vae, gan = _names(collection, data)
        original = _original(collection, data, vae, gan)
        answer: dict[str, Any] = {"original": _facts(collection, (vae, gan), original, None)}
        model = collection.model(vae) if vae else None
        if vae is None or not isinstance(model, VAE):
            return answer
        seed = checks.seed(data.get("seed"))
        began = time.perf_counter()
        mean, log_variance = model.encode(original)
        redrawn = model.generate(mean)
        seconds = time.perf_counter() - began
        spread = torch.exp(log_variance / 2)
        noise = torch.from_numpy(latents.sample_z(seed, model.recipe.latent, SAMPLES))
        samples = model.generate(mean + noise * spread)
        answer["vae"] = {
            **_facts(collection, (vae, gan), redrawn, original),
            "z": mean[0].tolist(),
            "spread": spread.mean().item(),
            "seconds": seconds,
        }
        answer["samples"] = [data_url(sample[None]) for sample in samples]
        return answer

    def begin(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """Start the search for the z that the GAN draws the picture from: {"token": text}.

        Args:
            data: as for `encode`.

        Raises:
            UserError: as for `encode`, there is no GAN, or too many searches go on.
        """
        vae, name = _names(collection, data)
        if name is None:
            raise UserError("There is no GAN whose z could be searched for.")
        original = _original(collection, data, vae, name)
        gan = collection.model(name)
        assert isinstance(gan, GAN)
        return {"token": self._searches.begin(_course(collection, gan, name, vae, original))}

    def look(self, _: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """How far a search is.

        Args:
            data: its `token`.

        Returns:
            `done`, `others` (searches that it takes turns with), `ahead` (searches that must end
            before it begins), `wait` (seconds until to look again), `seconds` of work. Once there
            is something, also `gan`, the facts of the best picture so far with its `z`; `step` and
            `steps`; and `course`, pictures of the search's moments.

        Raises:
            UserError: there is no such search, or it failed.
        """
        state = self._searches.look(_token(data))
        if state.error is not None:
            raise UserError(state.error)
        answer = {
            "done": state.done,
            "others": state.others,
            "ahead": state.ahead,
            "wait": LINE_LOOK_SECONDS if state.ahead else LOOK_SECONDS * (1 + state.others),
            "seconds": state.seconds,
        }
        found = state.latest
        if found is None:
            return answer
        return {
            **answer,
            "gan": self._tell(found),
            "step": found.progress.step,
            "steps": found.progress.steps,
            "course": list(found.course),
        }

    def _tell(self, found: _Found) -> dict[str, Any]:
        told = self._told.get(found)
        if told is None:
            z = found.progress.z
            names, image = (found.vae, found.name), found.gan.generate(z)
            facts = _facts(found.collection, names, image, found.original)
            told = self._told[found] = {**facts, "z": z[0].tolist()}
        return told

    def stop(self, _: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """End a search, which keeps what it has found: {}.

        Args:
            data: its `token`.
        """
        self._searches.stop(_token(data))
        return {}


def _names(collection: Collection, data: dict[str, Any]) -> tuple[str | None, str | None]:
    vae, gan = data.get("vae"), data.get("gan")
    names = (
        None if vae is None else checks.model(collection, vae, "vae"),
        None if gan is None else checks.model(collection, gan, "gan"),
    )
    shapes = {collection.recipe(name).image_shape for name in names if name}
    if not shapes:
        raise UserError("Name a VAE or a GAN.")
    if len(shapes) > 1:
        raise UserError("Only models that draw pictures of one size can be compared.")
    return names


def _original(
    collection: Collection, data: dict[str, Any], vae: str | None, gan: str | None
) -> Tensor:
    kind = data.get("original")
    if not isinstance(kind, str) or kind not in _READERS:
        raise UserError(f"The original must be {' or '.join(_READERS)}, not {checks.shown(kind)}.")
    recipe = collection.recipe(vae or gan or "")
    return _READERS[kind](recipe, data.get(kind))


def _facts(
    collection: Collection,
    names: tuple[str | None, str | None],
    image: Tensor,
    original: Tensor | None,
) -> dict[str, Any]:
    facts = picture_facts(collection, names, image, original)
    dataset = collection.recipe(names[0] or names[1] or "").dataset
    distance = None
    if original is not None:
        distance = feature_distance(collection, dataset, image, original)
    return {**facts, "distance": distance}


def _token(data: dict[str, Any]) -> str:
    token = data.get("token")
    if not isinstance(token, str):
        raise UserError("The token of a search must be a text.")
    return token


def _course(
    collection: Collection, gan: GAN, name: str, vae: str | None, original: Tensor
) -> Iterator[_Found]:
    """A search with pictures of its moments, evenly spread over its steps."""
    course: list[str] = []
    for progress in search(gan, original, _SEED, effort_for(gan.recipe)):
        while len(course) <= (SAMPLES - 1) * progress.step / progress.steps:
            course.append(data_url(gan.generate(progress.z)))
        yield _Found(progress, collection, gan, name, vae, original, course)
