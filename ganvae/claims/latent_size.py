"""Study D's claims about the number of latent dimensions: 3, 10, 100."""

from __future__ import annotations

from itertools import pairwise

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence
from ganvae.claims.rules import CLEARLY, clearly_less
from ganvae.claims.words import over_seeds, percent

SIZES = ("vae-3", "vae-10", "vae-100")


def distance_improves_with_latent(evidence: Evidence) -> Claim:
    return _ordered(
        evidence,
        "distance-improves-with-latent",
        "FID improves with the number of latent dimensions.",
        "Fréchet distance",
        ("distance", "value"),
    )


def reconstruction_improves_with_latent(evidence: Evidence) -> Claim:
    return _ordered(
        evidence,
        "reconstruction-improves-with-latent",
        "Reconstruction improves with the number of latent dimensions.",
        "Reconstruction term on the test images, nats",
        ("final", "test_reconstruction"),
    )


def kl_grows_with_latent(evidence: Evidence) -> Claim:
    return _ordered(
        evidence,
        "kl-grows-with-latent",
        "The KL term grows with the number of latent dimensions.",
        "KL on the test images, nats",
        ("final", "test_kl"),
        grows=True,
    )


def _ordered(
    evidence: Evidence,
    identifier: str,
    claim: str,
    what: str,
    keys: tuple[str, str],
    grows: bool = False,
) -> Claim:
    values = [evidence.seeds(name, *keys) for name in SIZES]
    steps = list(pairwise(values))
    outcomes = [clearly_less(a, b) if grows else clearly_less(b, a) for a, b in steps]
    shown = [over_seeds(seeds, "{:.1f}".format) for seeds in values]
    each = ", ".join(f"{name} {text}" for name, text in zip(SIZES, shown, strict=True))
    direction = "grows" if grows else "falls"
    return Claim(
        identifier,
        ("D",),
        claim,
        verdict(outcomes),
        " → ".join(shown),
        f"{what}: {each}.",
        f"Supported if the value {direction} clearly from 3 to 10 and from 10 to 100 dimensions "
        f"(the smaller below {percent(CLEARLY)} of the larger).",
        tuple(
            Figure(f"{what} of {name}", seeds.mean)
            for name, seeds in zip(SIZES, values, strict=True)
        ),
    )
