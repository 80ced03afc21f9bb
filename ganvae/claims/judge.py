"""Every claim in the order it is shown, judged from the files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganvae import files
from ganvae.claims import (
    blur,
    convergence,
    cost,
    equilibrium,
    latent_size,
    quality,
    remedies,
    stability,
)
from ganvae.claims.claim import Claim
from ganvae.claims.definitions import DEFINITIONS
from ganvae.claims.evidence import Evidence, Missing
from ganvae.errors import UserError

FILE = "claims.json"

JUDGES: tuple[Callable[[Evidence], Claim], ...] = (
    blur.vae_blurrier,
    blur.gan_specks,
    blur.vae_gloomy,
    quality.gan_samples_better,
    blur.blurrier_but_closer,
    convergence.vae_converges_faster,
    convergence.longer_training_helps,
    cost.gan_needs_more,
    stability.gan_harder,
    remedies.remedies_help,
    equilibrium.no_equilibrium,
    latent_size.distance_improves_with_latent,
    latent_size.reconstruction_improves_with_latent,
    latent_size.kl_grows_with_latent,
)


def judge(weights: Path, results: Path) -> tuple[list[Claim], list[str]]:
    """Every claim that can be judged, and a line for each that lacks a measurement.

    Args:
        weights: the folder of the models.
        results: the folder of the benchmarks' results.

    Raises:
        UserError: there is no such folder of weights, or a file is not what it should be.
    """
    if not weights.is_dir():
        raise UserError(f"There is no weights folder {str(weights)!r}; give one with --weights.")
    files_read = Evidence(weights, results)
    claims, left_out = [], []
    for judged in JUDGES:
        evidence = files_read.for_next_claim()
        try:
            claim = judged(evidence)
        except Missing as reason:
            left_out.append(f"{judged.__name__.replace('_', '-')} is left out: {reason}.")
            continue
        claims.append(dataclasses.replace(claim, sources=tuple(evidence.opened)))
    return [*claims, *DEFINITIONS], left_out


def content(claims: list[Claim]) -> dict[str, Any]:
    """What claims.json holds."""
    return {"claims": [claim.to_dict() for claim in claims]}


def write(weights: Path, claims: list[Claim]) -> Path:
    """Write claims.json whole; its path."""
    path = weights / FILE
    files.write_json(path, content(claims))
    return path
