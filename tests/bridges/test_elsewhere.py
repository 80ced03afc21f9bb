"""What the rest of the project makes of the stops of a bridge: judges, cards, the Hub, a reload."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from ganvae import checkpoint
from ganvae.bridges import drift
from ganvae.cards.summary import summary
from ganvae.collection import Collection
from ganvae.hub.contents import is_of_weights, shared_files
from ganvae.models import GAN
from ganvae.training import evaluate, inside
from ganvae.ui.page import build
from tests.conftest import TINY_FACE_STOPS, TINY_STOPS

NAMES = [recipe.name for recipe in TINY_STOPS]
TOKEN = "a-long-secret"


def test_the_gan_beside_the_vae_judges_the_stops_and_no_others(bridge_weights: Path) -> None:
    gan = checkpoint.load(bridge_weights / "tuned-gan-digits")
    assert isinstance(gan, GAN)
    assert set(evaluate._vaes_beside(gan, bridge_weights)) == {"tuned-vae-digits", *NAMES}


def test_stops_are_looked_into_for_memory_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(inside, "measure_memorisation", lambda subject: seen.append("memory"))
    monkeypatch.setattr(inside, "PARTS", (lambda subject: seen.append("all"),))
    for recipe in (TINY_STOPS[2], TINY_STOPS[2].replace(adversarial=None, pretraining=None)):
        model = SimpleNamespace(recipe=recipe)
        inside.look_inside(cast(Any, SimpleNamespace(model=model)))
    assert seen == ["memory", "all"]


def test_a_card_says_which_stop_it_is() -> None:
    text = summary(TINY_FACE_STOPS[1], {})
    assert "a stop on a bridge" in text
    assert "`tuned-vae-faces`" in text
    assert f"weight of {TINY_FACE_STOPS[1].adversarial:g}." in text
    started = "a discriminator that starts as the one of `some-gan` and whose word"
    assert started in summary(TINY_FACE_STOPS[1].replace(judge="some-gan"), {})
    assert "starts as" not in summary(TINY_FACE_STOPS[1].replace(judge=None), {})


def test_the_drift_travels_with_the_weights(tmp_path: Path) -> None:
    drift.write(tmp_path, [])
    assert list(shared_files(tmp_path)) == [drift.FILE]
    assert is_of_weights(drift.FILE)


def test_a_reload_brings_the_tab(
    bridge_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANVAE_ORT_URL", "off")
    monkeypatch.setenv("GANVAE_RELOAD_TOKEN", TOKEN)
    shutil.copytree(bridge_weights / "tuned-vae-digits", tmp_path / "tuned-vae-digits")
    page = build(Collection(tmp_path), "", lambda: (bridge_weights, ""))

    def visible() -> bool:
        parts = page.config["components"]
        return next(
            part["props"]["visible"] for part in parts if part["props"].get("id") == "bridge"
        )

    assert not visible()
    _, url, _ = page.launch(
        prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **page.launch_options
    )
    try:
        httpx.post(
            f"{url}reload", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60
        ).raise_for_status()
        assert visible()
        assert '"bridge-digits-4"' in page.html_head
    finally:
        page.close(verbose=False)
