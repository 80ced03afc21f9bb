"""The card of a repository of models: what is in it, how it measured, how it is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from ganvae import checkpoint
from ganvae.cards.merge import section
from ganvae.cards.metadata import LIBRARY, dataset_on_hub, is_celeba, model_index
from ganvae.cards.notes import CELEBA_TERMS
from ganvae.cards.usage import install
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.untrusted import at, is_count, is_number

_FAMILIES = {"vae": "VAE", "gan": "GAN"}
_CELEBA_PAGE = "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"


@dataclass(frozen=True)
class Listed:
    """A model of the repository: its name, a folder with its config and metrics, and its sheet.

    Attributes:
        name: of its folder in the repository.
        folder: on this machine.
        sheet: the path of its last sheet of samples in the repository, None if it has none.
    """

    name: str
    folder: Path
    sheet: str | None


def last_sheet(paths: Iterable[str], name: str) -> str | None:
    """The sheet of a model's last samples among the paths of a repository."""
    pattern = re.compile(rf"{re.escape(name)}/snapshots/samples-(\d+)\.(webp|jpg|png)")
    found = [(int(match[1]), path) for path in paths if (match := pattern.fullmatch(path))]
    return max(found)[1] if found else None


def repo_card(repo: str, models: Sequence[Listed], code: str | None = None) -> str:
    """The text of the repository's README.md, ours between its markers.

    Args:
        repo: USER/REPO.
        models: all that it holds, at least one.
        code: the project's public git address, if it is known.

    Raises:
        UserError: a model's folder holds no valid config.json, or there is no model.
    """
    if not models:
        raise UserError(f"{repo} would hold no model.")
    models = sorted(models, key=lambda one: one.name)
    recipes = [checkpoint.read_recipe(one.folder) for one in models]
    of_celeba = [one.name for one, recipe in zip(models, recipes, strict=True) if is_celeba(recipe)]
    parts = [
        f"# {repo.split('/')[-1]}\n",
        _picture(models),
        "## Models\n",
        _table(models, recipes),
        _usage(repo, models[0].name, recipes[0], code),
        *([CELEBA_TERMS, f"This is said of {', '.join(of_celeba)}.\n"] if of_celeba else []),
    ]
    return f"{_front_matter(models, recipes)}\n{section(chr(10).join(filter(None, parts)))}"


def _front_matter(models: Sequence[Listed], recipes: Sequence[Recipe]) -> str:
    known = sorted({one for recipe in recipes if (one := dataset_on_hub(recipe.dataset))})
    data = ModelCardData(
        library_name=LIBRARY,
        pipeline_tag="unconditional-image-generation",
        tags=[*sorted({recipe.family for recipe in recipes}), "pytorch"],
        datasets=known or None,
        **_license(recipes),
    )
    index = model_index(one.folder for one in models)
    if index:
        # Of several models at once: the Hub's class makes an index of one alone.
        data["model-index"] = index
    return f"---\n{data.to_yaml()}\n---\n"


def _license(recipes: Sequence[Recipe]) -> dict[str, Any]:
    if all(dataset_on_hub(recipe.dataset) for recipe in recipes):
        return {"license": "apache-2.0"}
    if not any(is_celeba(recipe) for recipe in recipes):
        return {"license": "unknown"}
    return {
        "license": "other",
        "license_name": "see-each-model",
        "license_link": _CELEBA_PAGE,
    }


def _picture(models: Sequence[Listed]) -> str:
    drawn = next((one for one in models if one.sheet), None)
    if drawn is None:
        return ""
    return f"![Samples of {drawn.name}]({drawn.sheet})\n"


def _table(models: Sequence[Listed], recipes: Sequence[Recipe]) -> str:
    lines = [
        "| model | | data | size | latent | parameters | Fréchet distance | kernel distance | "
        "sharpness |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one, recipe in zip(models, recipes, strict=True):
        metrics = checkpoint.read_metrics(one.folder)
        height, width = recipe.image_shape[1:]
        cells = [
            f"[{one.name}]({one.name}/README.md)",
            _FAMILIES[recipe.family],
            recipe.dataset,
            f"{height}x{width}",
            str(recipe.latent),
            _number(metrics, ("parameters", "total"), ",.0f"),
            _number(metrics, ("distance", "value"), ".2f", _measure(metrics)),
            _number(metrics, ("kernel_distance", "mean"), ".4g"),
            _number(metrics, ("sharpness", "ratio"), ".0%"),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Distances are to held-out real images: the smaller the better, and to be compared only in "
        "the same features with the same n. Sharpness is the variance of the Laplacian, real "
        "images being 100 %.",
        "",
    ]
    return "\n".join(lines)


def _measure(metrics: dict[str, Any]) -> str:
    """In which features, over how many images."""
    distance = metrics.get("distance")
    if not isinstance(distance, dict):
        return ""
    features, count = distance.get("features"), distance.get("n")
    parts = [str(features)] if isinstance(features, str) else []
    parts += [f"n = {count:,}"] if is_count(count) else []
    return f" ({', '.join(parts)})" if parts else ""


def _number(metrics: Any, place: Sequence[str], form: str, how: str = "") -> str:
    """A figure of metrics.json as a cell; a dash where it was not measured."""
    value = at(metrics, *place)
    return format(value, form) + how if is_number(value) else "–"


def _usage(repo: str, name: str, recipe: Recipe, code: str | None) -> str:
    normal = recipe.prior == "normal"
    draw = f"torch.randn(8, {recipe.latent})"
    return "\n".join(
        [
            "## How to use",
            "",
            *install(False, code),
            "",
            "```python",
            "import torch, ganvae",
            "",
            f'model = ganvae.load("{name}", source="{repo}")',
            f"images = model.generate({draw if normal else draw.replace('randn', 'rand')}"
            + ("" if normal else " * 2 - 1")
            + ")  # in [0, 1]",
            "```",
            "",
            "The page shows all of them:",
            "",
            "```sh",
            f"GANVAE_WEIGHTS={repo} python app.py",
            "```",
            "",
        ]
    )
