"""What a finished run leaves of the folder that was there."""

from __future__ import annotations

from collections.abc import Callable

from ganvae import checkpoint, files
from ganvae.cards import SEEDS
from ganvae.cards.merge import BEGIN
from ganvae.training import run
from ganvae.training.settings import Settings
from tests.training.conftest import SHORT_VAE

SettingsMaker = Callable[..., Settings]


def test_training_again_keeps_a_persons_words_and_seeds(settings: SettingsMaker) -> None:
    recipe = SHORT_VAE.replace(epochs=1)
    folder = run.train(recipe, settings())
    card = folder / checkpoint.CARD
    assert BEGIN in card.read_text()
    card.write_text(card.read_text().replace(BEGIN, f"My own words.\n\n{BEGIN}"))
    files.write_json(folder / SEEDS, [{"seed": 3}])
    again = run.train(recipe.replace(seed=1), settings())
    assert again == folder
    assert "My own words." in card.read_text()
    assert "seed 1," in card.read_text()
    assert "seed 0," not in card.read_text()
    assert checkpoint.read_json(folder / SEEDS) == [{"seed": 3}]
