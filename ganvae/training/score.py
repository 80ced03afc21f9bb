"""`--score`: measure finished models again and complete their metrics.json."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

from ganvae import cards, checkpoint, digests, files
from ganvae.data import to_float
from ganvae.data.sets import Images, load_sets
from ganvae.errors import UserError
from ganvae.metrics import imagenet
from ganvae.metrics.features import feature_network, kept_features
from ganvae.metrics.fidelity import Statistics, frechet_distance
from ganvae.metrics.inception import InceptionFeatures
from ganvae.metrics.reference import FOLDER as REFERENCES
from ganvae.metrics.reference import find_reference, is_measured, key_of
from ganvae.metrics.scoring import SCORE_SEED, Scorer, generate, prior_z
from ganvae.models import GAN, VAE
from ganvae.prior.fit import fit_prior
from ganvae.prior.format import read_fitted_prior
from ganvae.training.evaluate import SCORE_COUNT, evaluate
from ganvae.training.hardware import reuse_memory
from ganvae.training.settings import ALL, Settings

# Study D compared 3,000 generated images with 3,000 training images.
_STUDY_COUNT = 3000


def score(asked: str, settings: Settings, *, inception: bool = False) -> list[str]:
    """Score one model, or `all` in the weights folder; returns the names of those scored.

    A model of `all` whose data is not at hand is named and left as it was.

    Raises:
        UserError: there is no such model, or what scoring needs is missing.
    """
    names = settings.trained(asked)
    prepare(settings)
    # Before any model: without its weights nothing can be done.
    network = InceptionFeatures() if inception else None
    done = []
    for name in names:
        try:
            _score_one(settings.result_of(name), settings, network)
        except UserError as error:
            if asked != ALL:
                raise
            print(f"{name} is not scored: {error}", file=sys.stderr)
        else:
            done.append(name)
    return done


def prepare(settings: Settings) -> None:
    """Set up this process for measuring."""
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    reuse_memory()


def measure_again(folder: Path, settings: Settings) -> dict[str, Any]:
    """What a finished model measures now, as in its metrics.json; no file is changed.

    Raises:
        UserError: the model is not whole, or what measuring needs is missing.
    """
    model = checkpoint.load(folder)
    images = load_sets(model.recipe, settings.data_dir, settings.images_folder)
    network = feature_network(model.recipe.dataset, settings.weights)
    if network is None:
        raise UserError(imagenet.MISSING)
    if not is_measured(model.recipe, settings.weights):
        raise UserError(
            f"The real images have not been measured yet: python train.py --score {folder.name}"
        )
    reference = find_reference(model.recipe, images, network, settings.weights)
    fitted = None
    if isinstance(model, VAE):
        fitted = read_fitted_prior(folder, model.recipe)
    return evaluate(model, images, Scorer(reference, network), settings.weights, fitted)


def _score_one(folder: Path, settings: Settings, inception: InceptionFeatures | None) -> None:
    model = checkpoint.load(folder)
    recipe = model.recipe
    images = load_sets(recipe, settings.data_dir, settings.images_folder)
    if inception is not None:
        measured = {"inception": _with_inception(model, images, inception)}
    else:
        network = feature_network(recipe.dataset, settings.weights)
        if network is None:
            print(f"{folder.name} is scored by its pixels alone: {imagenet.MISSING}")
        reference = find_reference(recipe, images, network, settings.weights)
        fitted = None
        if isinstance(model, VAE):
            fitted = read_fitted_prior(folder, recipe)
            if fitted is None:
                fitted = fit_prior(model, images.train)
                fitted.write(folder)
        measured = evaluate(model, images, Scorer(reference, network), settings.weights, fitted)
    metrics = checkpoint.read_metrics(folder) | measured
    files.write_json(folder / checkpoint.METRICS, metrics)
    cards.update_card(folder)
    digests.refresh(folder.parent, folder.name, REFERENCES)


def _with_inception(
    model: VAE | GAN, images: Images, network: InceptionFeatures
) -> dict[str, dict[str, Any]]:
    """Fréchet distances in Inception's features: as study D measured, and against test images."""
    order = torch.randperm(len(images.train), generator=torch.Generator().manual_seed(SCORE_SEED))
    count = min(SCORE_COUNT, len(images.test))
    study = min(_STUDY_COUNT, len(images.train))
    sets = {
        "study": (study, images.train[order[:study]], "training images"),
        "test": (count, images.test[:count], "test images"),
    }
    results = {}
    for protocol, (number, real, what) in sets.items():
        drawn = torch.cat(list(generate(model, prior_z(model, number))))
        kept = None
        if images.fingerprint is not None:
            kept = f"{key_of(model.recipe)}-{protocol}-{images.fingerprint}"
        distance = frechet_distance(
            Statistics.of(network.features(drawn)),
            Statistics.of(kept_features(to_float(real), network, kept)),
        )
        results[protocol] = {
            "value": distance,
            "n": number,
            "features": network.name,
            "reference": f"{len(real)} {what}",
            "seed": SCORE_SEED,
        }
    return results
