"""The claim that a GAN is harder to train, from many short runs (benchmarks/stability.py)."""

from __future__ import annotations

from typing import Any

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence, Missing
from ganvae.claims.rules import clearly_less
from ganvae.claims.words import duration, times

# Of nine runs one more or less is chance.
MORE_FAILURES = 2
VAE, GAN = "vae-100", "gan-100"


def gan_harder(evidence: Evidence) -> Claim:
    runs = evidence.stability()
    both = {name: [run for run in runs if run.get("model") == name] for name in (VAE, GAN)}
    short = [name for name, own in both.items() if not own]
    if short or len(both[VAE]) != len(both[GAN]):
        raise Missing("benchmarks/results/stability.json lacks as many runs of either model")
    failures = {name: sum(run["failed"] for run in own) for name, own in both.items()}
    spreads = {name: _spread(own) for name, own in both.items()}
    outcomes = [failures[GAN] >= failures[VAE] + MORE_FAILURES]
    figures = [Figure(f"failed runs of {n}", f, f"of {len(both[n])}") for n, f in failures.items()]
    text = ""
    of_vae, of_gan = spreads[VAE], spreads[GAN]
    if of_vae is not None and of_gan is not None:
        outcomes.append(clearly_less(of_vae, of_gan))
        figures += [
            Figure(f"worst distance over best of {VAE}", of_vae),
            Figure(f"worst distance over best of {GAN}", of_gan),
        ]
        text = (
            f" Of the runs that did not fail, the worst distance is {times(of_gan)} the best for "
            f"the GAN and {times(of_vae)} for the VAE."
        )
    seeds, rates = (len({run[key] for run in both[GAN]}) for key in ("seed", "lr"))
    seconds = sum(run.get("seconds") or 0.0 for run in runs)
    return Claim(
        "gan-harder",
        ("A", "C"),
        "A GAN is harder to train than a VAE.",
        verdict(outcomes),
        f"failed short runs: GAN {failures[GAN]}, VAE {failures[VAE]} of {len(both[GAN])}",
        f"Of {len(both[GAN])} short runs each ({seeds} seeds, {rates} learning rates, "
        f"{duration(seconds)} in all), {failures[GAN]} of {GAN} and {failures[VAE]} of {VAE} "
        f"failed.{text}",
        f"Supported if the GAN fails at least {MORE_FAILURES} times more often and its distances "
        "lie further apart, by more than a tenth; failing is defined in benchmarks/stability.py.",
        tuple(figures),
    )


def _spread(runs: list[dict[str, Any]]) -> float | None:
    """Worst distance over best among the runs that did not fail; None for fewer than two."""
    found = [run.get("distance") for run in runs if not run["failed"]]
    distances = [distance for distance in found if distance is not None]
    if len(distances) < 2 or min(distances) <= 0:
        return None
    return max(distances) / min(distances)
