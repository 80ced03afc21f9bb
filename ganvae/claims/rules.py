"""When a difference counts: the thresholds that several claims share, each with its reason."""

from __future__ import annotations

from ganvae.claims.evidence import Seeds

# Two trainings of one recipe from different seeds end within a few per cent of one another, and so
# do two precisions of one seed: less than a tenth apart is not worth a verdict.
CLEARLY = 0.9

# The VAE and the GAN that each pair of the page shows, most telling first.
PAIRS: tuple[tuple[str, str], ...] = (
    ("vae-100", "gan-100"),
    ("mlp-vae-20", "mlp-gan-100"),
    ("mini-vae-20", "mini-gan-100"),
    ("face-vae-128", "face-gan-128"),
)


def clearly_less(a: Seeds | float, b: Seeds | float) -> bool:
    """Whether `a` is below `b` by more than a tenth, whichever seed of either is taken."""
    return _values(a)[-1] < CLEARLY * _values(b)[0]


def _values(seeds: Seeds | float) -> tuple[float, ...]:
    return tuple(sorted(seeds.values)) if isinstance(seeds, Seeds) else (seeds,)
