"""A model's card, README.md in the Hub's format, filled from the files beside it."""

from __future__ import annotations

from ganvae.cards.card import cards_in, update_card, write_card
from ganvae.cards.comparison import COMPARISON, compare
from ganvae.cards.merge import merge_card
from ganvae.cards.seeds import SEEDS, record_seeds

__all__ = [
    "COMPARISON",
    "SEEDS",
    "cards_in",
    "compare",
    "merge_card",
    "record_seeds",
    "update_card",
    "write_card",
]
