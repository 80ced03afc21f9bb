"""Which models are the stops of a bridge, and in which order."""

from __future__ import annotations

from ganvae.bridges.stops import find_bridges, is_stop, judge_of
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES


def named(*names: str) -> dict[str, Recipe]:
    return {name: RECIPES[name] for name in names}


def test_stops_go_from_the_vae_to_the_gan() -> None:
    names = [f"bridge-digits-{at}" for at in (3, 0, 4, 1, 2)]
    (bridge,) = find_bridges(named(*names, "vae-10"))
    assert (bridge.key, bridge.title) == ("bridge-digits", "Digits")
    assert bridge.stops == tuple(sorted(names))
    assert bridge.weights == tuple(RECIPES[name].adversarial for name in sorted(names))
    assert list(bridge.weights) == sorted(bridge.weights)


def test_a_missing_stop_is_left_out_and_one_stop_is_no_bridge() -> None:
    found = find_bridges(named("bridge-digits-0", "bridge-faces-0", "bridge-faces-3"))
    assert [bridge.stops for bridge in found] == [("bridge-faces-0", "bridge-faces-3")]
    assert find_bridges({}) == []


def test_variants_of_another_latent_space_or_seed_are_not_among_the_stops() -> None:
    recipes = named("bridge-digits-0", "bridge-digits-1", "bridge-digits-2")
    for at in (0, 1):
        one = RECIPES[f"bridge-digits-{at}"]
        recipes[f"a-{at}"] = one.replace(latent=8, pretraining="tuned-vae-digits-latent8")
    recipes["bridge-digits-1-seed2"] = RECIPES["bridge-digits-1"].replace(seed=2)
    (bridge,) = find_bridges(recipes)
    assert bridge.stops == ("bridge-digits-0", "bridge-digits-1", "bridge-digits-2")


def test_a_bridge_of_ones_own_has_a_title() -> None:
    recipes = {
        f"cats-{at}": RECIPES[f"bridge-faces-{at}"].replace(
            pair="bridge-faces-cats", dataset="cats"
        )
        for at in (0, 4)
    }
    (bridge,) = find_bridges(recipes)
    assert (bridge.title, bridge.stops) == ("Bridge faces cats", ("cats-0", "cats-4"))
    assert bridge.hint


def test_the_judge_is_the_gan_beside_the_vae_that_the_bridge_starts_from() -> None:
    recipes = named("bridge-digits-0", "gan-100", "tuned-gan-digits", "tuned-gan-faces")
    stop = recipes["bridge-digits-0"]
    assert judge_of(stop, recipes) == "tuned-gan-digits"
    assert judge_of(stop, named("gan-100")) is None
    assert judge_of(stop.replace(pretraining="unknown"), recipes) is None


def test_nothing_but_stops_is_one() -> None:
    stops = {name for name, recipe in RECIPES.items() if is_stop(recipe)}
    assert stops == {f"bridge-{kind}-{at}" for kind in ("digits", "faces") for at in range(5)}
