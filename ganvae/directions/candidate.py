"""What may be a direction with a meaning: its vectors, and the measure that decides."""

from __future__ import annotations

from dataclasses import dataclass

from ganvae.latents import Array
from ganvae.metrics.meanings import Meaning


@dataclass(frozen=True)
class Candidate:
    """A meaning, and the unit vectors (latent,) of which the one that shows it best is kept.

    Attributes:
        why: why there are none, in a few words.
        climbs: whether they may be made better by climbing (climb.py) if none is good enough.
    """

    meaning: Meaning
    vectors: tuple[Array, ...]
    why: str = ""
    climbs: bool = False
