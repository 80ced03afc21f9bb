"""One picture as both models draw it: what the stage of the Compare tab shows."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganvae import latents
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.inversion.search import search
from ganvae.models import GAN, VAE
from ganvae.ui import checks, originals
from ganvae.ui.compare.answers import Answers, InLine
from ganvae.ui.facts import picture_facts
from ganvae.ui.limits import LINE_LOOK_SECONDS, LOOK_SECONDS
from ganvae.ui.searches import Searches
from ganvae.ui.turns import DRAWING, takes_turns

SOURCES = ("sample", "test", "drawing")
MAX_PICK = 99
_SEARCH_SEED = 0


class Pictures:
    """Draws the matched pictures of a VAE and a GAN."""

    def __init__(self, searches: Searches[Any]) -> None:
        self._answers: Answers[Any] = Answers(searches)

    def sources(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """What pictures can be compared: {"test": how many, "note": why none, "drawing": bool}.

        Args:
            data: `model`, the name of one of the pair.
        """
        recipe = collection.recipe(checks.model(collection, data.get("model")))
        count, note = originals.count_test_images(recipe)
        return {"test": count, "note": note, "drawing": originals.can_draw(recipe)}

    @takes_turns(DRAWING)
    def picture(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """A picture and what the models make of it.

        Args:
            data: `vae` and `gan`, their names; `source`: `sample` of the GAN with `seed`, `pick`
                and `temperature`, `test` with `index`, or `drawing` with `drawing`.

        Returns:
            `shape`; `scale` of the realness; `vae`, its reconstruction; of a sample `gan`, else
            `original`. Each has `image`, a PNG as data URL, `sharpness` as a share of real
            pictures', `realness`, and `error`, its root mean square difference from the original.

        Raises:
            UserError: a value makes no sense, or the models draw other sizes.
        """
        vae, gan = _models(collection, data)
        original = _original(data, vae, gan)
        redrawn = vae.reconstruct(original)
        first = "gan" if data.get("source") == "sample" else "original"
        return {
            "shape": list(gan.recipe.image_shape),
            "scale": "probability" if gan.recipe.loss == "cross-entropy" else "score",
            first: _told(collection, data, original, None),
            "vae": _told(collection, data, redrawn, original),
        }

    def nearest(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """The GAN's picture that is nearest to a test image or drawing: {"gan": as above}.

        A search of about a second, in the background: until its end the answer is {"wait": seconds
        until to ask again, "ahead": how many searches come first}. No thread is held meanwhile:
        those that draw samples would soon lack one.

        Raises:
            UserError: as for `picture`, or too many are waiting.
        """
        vae, gan = _models(collection, data)
        if data.get("source") == "sample":
            raise UserError("A sample of the GAN needs no search.")
        original = _original(data, vae, gan)
        key = (collection.version, data["gan"], original.numpy().tobytes())
        z = self._answers.find(key, lambda: search(gan, original, _SEARCH_SEED))
        if isinstance(z, InLine):
            wait = LINE_LOOK_SECONDS if z.ahead else LOOK_SECONDS
            return {"wait": wait, "ahead": z.ahead}
        return {"gan": _told(collection, data, gan.generate(z.z), original)}


def _models(collection: Collection, data: dict[str, Any]) -> tuple[VAE, GAN]:
    vae = collection.model(checks.model(collection, data.get("vae"), "vae"))
    gan = collection.model(checks.model(collection, data.get("gan"), "gan"))
    assert isinstance(vae, VAE)
    assert isinstance(gan, GAN)
    if vae.recipe.image_shape != gan.recipe.image_shape:
        raise UserError("Only models that draw pictures of one size can be compared.")
    return vae, gan


def _original(data: dict[str, Any], vae: VAE, gan: GAN) -> Tensor:
    source = data.get("source")
    if source not in SOURCES:
        raise UserError(f"The picture must be {' or '.join(SOURCES)}, not {checks.shown(source)}.")
    if source == "test":
        return originals.test_image(vae.recipe, data.get("index"))
    if source == "drawing":
        return originals.drawing(vae.recipe, data.get("drawing"))
    seed = checks.seed(data.get("seed"))
    pick = checks.whole(data.get("pick"), "The pick", 0, MAX_PICK)
    temperature = checks.temperature(data.get("temperature", 1))
    recipe = gan.recipe
    z = latents.sample_z(seed, recipe.latent, pick + 1, recipe.prior, temperature)
    return gan.generate(torch.from_numpy(z[pick:]))


def _told(
    collection: Collection, data: dict[str, Any], image: Tensor, original: Tensor | None
) -> dict[str, Any]:
    return picture_facts(collection, (data["vae"], data["gan"]), image, original)
