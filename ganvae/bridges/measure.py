"""Measures how far the stops of each bridge drifted apart, for `weights/bridges.json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from ganvae import checkpoint
from ganvae.bridges.drift import Measured
from ganvae.bridges.stops import BridgeView, find_bridges
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.metrics.drift import Drift, drift_between
from ganvae.metrics.features import FeatureNetwork, feature_network
from ganvae.metrics.imagenet import MISSING
from ganvae.metrics.scoring import SCORE_SEED, generate, prior_z
from ganvae.models import GenerativeModel
from ganvae.prior.format import read_fitted_prior

COUNT = 2000


def measure(weights: Path) -> list[Measured]:
    """Measure every bridge of a folder.

    Raises:
        UserError: there is no such folder or bridge, a model is not whole, or the network that
            judges is missing.
    """
    recipes = {entry.name: entry.recipe for entry in checkpoint.scan(weights) if entry.recipe}
    bridges = find_bridges(recipes)
    if not bridges:
        raise UserError(f"There are no two stops of a bridge in {weights}; train them first.")
    return [_measure(bridge, weights) for bridge in bridges]


def drift_along(
    models: Sequence[GenerativeModel], names: Sequence[str], network: FeatureNetwork, z: Array
) -> list[Drift]:
    """The drift between models, as `drift_between` has it.

    Args:
        models: at least two, in their order.
        z: float32 (N, latent), N at least 2.

    Raises:
        UserError: the models have not one latent size and prior.
    """
    spaces = {(model.recipe.latent, model.recipe.prior) for model in models}
    if len(spaces) != 1 or len(models) < 2:
        raise UserError("Drift is measured between two models or more of one latent space.")
    features = [network.features(torch.cat(list(generate(model, z)))) for model in models]
    return drift_between(features, names)


def _measure(bridge: BridgeView, weights: Path) -> Measured:
    models = [checkpoint.load(weights / name) for name in bridge.stops]
    network = feature_network(models[0].recipe.dataset, weights)
    if network is None:
        raise UserError(f"{bridge.key} can't be measured: {MISSING}")
    fitted = read_fitted_prior(weights / bridge.stops[0], models[0].recipe)
    z = prior_z(models[0], COUNT) if fitted is None else fitted.sample(SCORE_SEED, COUNT)
    steps = drift_along(models, bridge.stops, network, z)
    return Measured(bridge.key, COUNT, SCORE_SEED, network.name, tuple(steps))
