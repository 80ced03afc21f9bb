"""A model's card, README.md in the Hub's format, filled from the files beside it.

`python -m ganvae.cards NAME` writes the card of a model in `weights/` again;
`--compare FOLDER [FOLDER ...]` also records how other trained folders measured, and puts the table
on the card; `--seeds FOLDER [FOLDER ...]` records runs of the same recipe from other seeds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ganvae import DEFAULT_WEIGHTS, checkpoint, files
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.recipes import RECIPES

COMPARISON = "comparison.json"
SEEDS = "seeds.json"

_STUDIES = {
    "A": "study A (MNIST, perceptrons, the perturbation test)",
    "B": "study B (MNIST, small perceptrons)",
    "C": "study C (CelebA at 64x64, convolutional, the GAN pre-trained by the VAE)",
    "D": "study D (MNIST at 32x32, convolutional, three latent sizes)",
}
_FACES_NOTE = (
    "The study trained on all 202,599 images of CelebA, five times over; this saw as many images, "
    "of the 24,308 it was given (19,446 after the split), each mirrored half of the time. The "
    "study does not give the slope of its leaky ReLUs: here it is .2."
)
# Where a study's text and its code disagree, or this project departs from both.
_NOTES = {
    "mlp-vae-20": "The study's text says batch 64, its code 100; this follows the text.",
    "mlp-gan-100": (
        "The study's text says batch normalisation, ReLU and batch 64; its code has LeakyReLU(.2), "
        "dropout .3, no batch normalisation and batch 100. This model follows the text; the "
        "code's variant is the recipe `mlp-gan-100-leaky`. The specks around the digits are nearly "
        "the same in every sample: the discriminator's batch normalisation takes the mean of each "
        "batch, real or generated, away, and with it whatever all pictures of a batch share, so "
        "nothing teaches the generator to remove them. For the same reason its realness in "
        "evaluation mode says little about single pictures."
    ),
    "vae-3": (
        "In float32 the same seed ends with the six ReLUs before the encoder's output dead: it "
        "says nothing of the image, and the decoder draws one picture only (`vae-3-float32` below)."
    ),
    "face-vae-128": _FACES_NOTE,
    "face-gan-128": _FACES_NOTE
    + (
        " Its generator began as the decoder of `face-vae-128`. The last version of the study's "
        "code has label flips and noise switched off, and its text gives no size for the noise on "
        "the discriminator's images: here its standard deviation is .1 of a range of 2. The "
        "study's learning rate of 5e-3 loses the faces (the run `-lr0.005` below), so it is 2e-4, "
        "with Adam's first decay at .5. The discriminator learns from real and generated images in "
        "one batch: apart (`-nomixedbatches`), its batch normalisation can't see what all pictures "
        "of a batch share. The model was trained in bfloat16; the two runs of 782 steps with its "
        "settings show that float32 was better for one seed at that length."
    ),
    "mini-gan-100": (
        "The study's script drops the last, smaller batch of every epoch; here no image is dropped."
    ),
}
_CELEBA_TERMS = """## The data, and what it allows

The photographs are CelebA (Z. Liu, P. Luo, X. Wang, X. Tang, "Deep learning face attributes in the
wild", ICCV 2015; http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html), its aligned images cut to the
centre 148 pixels and resized. Its terms allow **non-commercial research** only, and so does this
model; the images themselves are not part of it. Whom CelebA shows and whom it doesn't shapes what
the model draws: it says nothing about people.
"""
_FAMILIES = {"vae": "variational autoencoder", "gan": "generative adversarial network"}
_DATASETS = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist"}


def _is_celeba(recipe: Recipe) -> bool:
    return recipe.dataset == "celeba"


def write_card(folder: Path) -> str:
    """The text of the card for a model's folder.

    Raises:
        UserError: the folder holds no valid config.json.
    """
    recipe = checkpoint.read_recipe(folder)
    config, metrics = (
        checkpoint.read_json(folder / checkpoint.CONFIG),
        checkpoint.read_metrics(folder),
    )
    parts = [
        _front_matter(recipe, metrics),
        _summary(recipe, metrics),
        _usage(recipe),
        _measured(recipe, metrics),
        _training(recipe, config, metrics),
    ]
    if _is_celeba(recipe):
        parts.append(_CELEBA_TERMS)
    if (folder / COMPARISON).is_file():
        parts.append(_comparison(checkpoint.read_json(folder / COMPARISON)))
    return "\n".join(parts)


def _front_matter(recipe: Recipe, metrics: dict[str, Any]) -> str:
    lines = [
        "---",
        *_license(recipe),
        "library_name: ganvae",
        "pipeline_tag: unconditional-image-generation",
        "tags:",
        f"- {recipe.family}",
        "- pytorch",
        *(["datasets:", f"- {_DATASETS[recipe.dataset]}"] if recipe.dataset in _DATASETS else []),
        "---",
        "",
    ]
    return "\n".join(lines)


def _license(recipe: Recipe) -> list[str]:
    if recipe.dataset in _DATASETS:
        return ["license: apache-2.0"]
    if not _is_celeba(recipe):
        # What may be done with a model of somebody's own photographs is theirs to say.
        return ["license: unknown"]
    return [
        "license: other",
        "license_name: celeba-non-commercial-research",
        "license_link: http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    ]


def _summary(recipe: Recipe, metrics: dict[str, Any]) -> str:
    study = _STUDIES.get(recipe.study, recipe.study)
    base = RECIPES.get(recipe.name)
    relation = (
        f"It reproduces {study}."
        if base == recipe
        else f"It varies {study}; config.json holds every setting."
    )
    note = _NOTES.get(recipe.name)
    height, width = recipe.image_shape[1:]
    return "\n".join(
        [
            f"# {recipe.name}",
            "",
            f"A {_FAMILIES[recipe.family]} with {recipe.latent} latent dimensions that draws "
            f"{height}x{width} pictures like those of {recipe.dataset}. {relation}"
            + (f" {note}" if note else ""),
            "",
            "![samples](snapshots/" + _last_sheet(metrics) + ")",
            "",
        ]
    )


def _last_sheet(metrics: dict[str, Any]) -> str:
    return f"samples-{metrics.get('training', {}).get('steps', 0):08d}.png"


def _usage(recipe: Recipe) -> str:
    prior = "torch.randn(8, {0})" if recipe.prior == "normal" else "torch.rand(8, {0}) * 2 - 1"
    shape = ", ".join(map(str, (8, *recipe.image_shape)))
    return "\n".join(
        [
            "## How to use",
            "",
            "```python",
            "import torch, ganvae",
            f'model = ganvae.load("{recipe.name}")',
            f"images = model.generate({prior.format(recipe.latent)})  # ({shape}) in [0, 1]",
            "```",
            "",
        ]
    )


def _measured(recipe: Recipe, metrics: dict[str, Any]) -> str:
    rows = [("parameters", f"{metrics['parameters']['total']:,}")]
    rows += [
        (f"of them {part}", f"{count:,}")
        for part, count in metrics["parameters"].items()
        if part != "total"
    ]
    distance, sharpness = metrics.get("distance"), metrics.get("sharpness")
    if distance:
        rows.append(
            (
                f"Fréchet distance ({distance['features']} features, n = {distance['n']:,} against "
                f"{distance['reference']})",
                f"{distance['value']:.2f}",
            )
        )
    if sharpness:
        rows.append(
            (
                f"sharpness, variance of the Laplacian (n = {sharpness['n']:,}, real = 100 %)",
                f"{sharpness['ratio']:.0%}",
            )
        )
    rows += [
        (f"final {curve} ({_unit(recipe, curve)})", f"{value:#.4g}")
        for curve, value in metrics.get("final", {}).items()
        if value is not None
    ]
    table = "\n".join(f"| {what} | {value} |" for what, value in rows)
    return f"## Measured\n\n| what | value |\n|---|---|\n{table}\n"


def _unit(recipe: Recipe, curve: str) -> str:
    if recipe.family == "vae":
        if recipe.loss == "cross-entropy" or curve.endswith("kl"):
            return "nats per image"
        squared = "mean squared error, pixels in [-1, 1]"
        return squared if "reconstruction" in curve else f"{squared}, + {recipe.beta:g} KL"
    if "loss" in curve:
        return "mean per image"
    return "mean probability" if recipe.loss == "cross-entropy" else "mean score"


def _training(recipe: Recipe, config: dict[str, Any], metrics: dict[str, Any]) -> str:
    training = metrics["training"]
    versions = ", ".join(f"{name} {version}" for name, version in config["versions"].items())
    return "\n".join(
        [
            "## Training",
            "",
            f"    {config['command']}",
            "",
            f"{training['steps']:,} steps, {training['images']:,} images, seed {recipe.seed}, "
            f"{training.get('precision', recipe.precision)}, "
            f"{training['seconds'] / 60:.1f} minutes at "
            f"{training['images_per_second']:,.0f} images a second on {training['hardware']} "
            f"({training['threads']} thread{'s' if training['threads'] > 1 else ''}). {versions}.",
            "",
        ]
    )


def _comparison(rows: list[dict[str, Any]]) -> str:
    table = "\n".join(
        f"| {row['name']} | {row['steps']:,} | {row['precision']} | {row['distance']:.2f} | "
        f"{row['sharpness']:.0%} | {row['seconds'] / 60:.1f} |"
        for row in rows
    )
    return (
        "## Beside its variants\n\n"
        f"Distance and sharpness as above, n = {rows[0]['n']:,}, one seed each.\n\n"
        "| run | steps | precision | Fréchet distance | sharpness | minutes |\n"
        f"|---|---|---|---|---|---|\n{table}\n"
    )


def compare(folder: Path, others: list[Path]) -> None:
    """Record in `folder` how other trained folders measured beside it (comparison.json).

    Rows of earlier calls stay; a folder of a name that is there already takes its row.

    Raises:
        UserError: one of them has no measurements.
    """
    path = folder / COMPARISON
    rows = {row["name"]: row for row in (checkpoint.read_json(path) if path.is_file() else [])}
    for other in (folder, *others):
        metrics = checkpoint.read_metrics(other)
        if "distance" not in metrics:
            raise UserError(f"{other} has no measured distance.")
        training = metrics["training"]
        rows[other.name] = {
            "name": other.name,
            "steps": training["steps"],
            "images": training["images"],
            "distance": metrics["distance"]["value"],
            "n": metrics["distance"]["n"],
            "sharpness": metrics["sharpness"]["ratio"],
            "seconds": training["seconds"],
            "precision": training.get("precision", checkpoint.read_recipe(other).precision),
            "command": checkpoint.read_json(other / checkpoint.CONFIG)["command"],
        }
    files.write_json(path, list(rows.values()))


def record_seeds(folder: Path, others: list[Path]) -> None:
    """Record in `folder` how runs of its recipe from other seeds measured (seeds.json).

    Seeds of earlier calls stay; that of `folder` itself comes along.

    Raises:
        UserError: one of them has no measurements, or differs in more than its seed.
    """
    recipe = checkpoint.read_recipe(folder)
    path = folder / SEEDS
    rows = {row["seed"]: row for row in (checkpoint.read_json(path) if path.is_file() else [])}
    for other in (folder, *others):
        theirs, metrics = checkpoint.read_recipe(other), checkpoint.read_metrics(other)
        same = theirs.replace(name=recipe.name, seed=recipe.seed, shipped=recipe.shipped)
        if same != recipe:
            raise UserError(f"{other} differs from {recipe.name} in more than its seed.")
        if "distance" not in metrics:
            raise UserError(f"{other} has no measured distance.")
        rows[theirs.seed] = {
            "seed": theirs.seed,
            "distance": metrics["distance"]["value"],
            "n": metrics["distance"]["n"],
            "sharpness": metrics["sharpness"]["ratio"],
            "precision": metrics["training"].get("precision", theirs.precision),
            "seconds": metrics["training"]["seconds"],
            "final": metrics["final"],
            "command": checkpoint.read_json(other / checkpoint.CONFIG)["command"],
        }
    files.write_json(path, [rows[seed] for seed in sorted(rows)])


def main(arguments: list[str]) -> int:
    """Write the cards of the models named; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ganvae.cards")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--compare", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--seeds", type=Path, nargs="+", default=[], metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        for name in options.names:
            folder = options.weights / name
            if options.compare:
                compare(folder, options.compare)
            if options.seeds:
                record_seeds(folder, options.seeds)
            files.write_text(folder / checkpoint.CARD, write_card(folder))
    except UserError as error:
        print(f"ganvae.cards: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
