"""Words of models, of the Hub and of the address stay words: nothing of them runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from ganvae import files
from ganvae.collection import Collection
from ganvae.directions.format import Direction, write_directions
from ganvae.ui.page import build
from tests.browser.conftest import NewPage
from tests.conftest import DIRECTED
from tests.measures import write_measures
from tests.serving import served

# No slash: a folder's name can't hold one. Of 36 letters: a direction's label holds 40.
HURT = "<img src=x onerror=window.hurt=1>"
TABS = ("sample", "explore", "walk", "map", "compare", "reconstruct", "training")


def hostile(weights: Path, tiny: Path) -> None:
    """A VAE and a GAN that hold HURT wherever a model may hold words, and a broken one."""
    for name in ("vae-3", "vae-10", "gan-100"):
        shutil.copytree(tiny / name, weights / name)
    write_measures(weights)
    for name in ("vae-10", "gan-100"):
        folder = weights / name
        config = json.loads((folder / "config.json").read_text())
        config["recipe"]["pair"] = HURT
        config["command"] = HURT
        files.write_json(folder / "config.json", config)
        metrics = json.loads((folder / "metrics.json").read_text())
        for key in ("distance", "sharpness", "training", "speed", "kernel_distance"):
            words = {one: HURT for one in ("features", "reference", "hardware") if metrics.get(key)}
            metrics[key] = {**metrics.get(key, {}), **words}
        metrics["training"]["command"] = HURT
        files.write_json(folder / "metrics.json", metrics)
        seeds = [{"seed": 1, "distance": 179.0, "sharpness": 0.5, "precision": HURT}]
        files.write_json(folder / "seeds.json", seeds)
        (folder / "README.md").write_text(f"# {HURT}\n\n<script>window.hurt = 1</script>\n")
        evil = [
            Direction(one.key, HURT, one.vector, HURT, one.values, one.effect)
            for one in DIRECTED[name]
        ]
        write_directions(folder, evil, [], 100, 0)
        # The name on the page is the folder's.
        folder.rename(weights / f"{HURT} {name[:3]}")
    shutil.rmtree(weights / "vae-3")
    (weights / f"{HURT} bad").mkdir()
    (weights / f"{HURT} bad" / "config.json").write_text(json.dumps({"recipe": {"name": HURT}}))
    claim = {
        "id": HURT,
        "studies": [HURT],
        "claim": HURT,
        "verdict": HURT,
        "measurement": HURT,
        "figures": [{"what": HURT, "value": 1.0, "unit": HURT}],
        "sources": [HURT],
    }
    fine = {**claim, "id": "one", "verdict": "supported"}
    files.write_json(weights / "claims.json", {"claims": [claim, fine]})


@pytest.fixture
def url(tiny_weights: Path, tmp_path: Path) -> Iterator[str]:
    hostile(tmp_path, tiny_weights)
    with served(build(Collection(tmp_path), f"Weights: {HURT}.")) as address:
        yield address


def test_nothing_of_them_runs(url: str, new_page: NewPage) -> None:
    page = new_page()
    # The address's own words: every value, and a name that no value has.
    words = "&".join(f"{key}={quote(HURT)}" for key in ("pair", "seed", "vae", "gan", "axes", "z"))
    page.goto(f"{url}/?tab={quote(HURT)}&{words}&{quote(HURT)}={quote(HURT)}#{quote(HURT)}")
    expect(page.locator("#gv-sample .gv-stage canvas").first).to_be_visible()
    for tab in TABS:
        page.evaluate(f"window.ganvae.set({{tab: '{tab}'}})")
        expect(page.locator(f"#gv-tab-{tab}")).to_be_visible()
        # Every answer that a tab waits for, and what folds open.
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        page.wait_for_timeout(300)
        made = page.evaluate("document.querySelectorAll('img[src=x], [onerror]').length")
        assert made == 0, tab
    # An error's sentence repeats what was asked for.
    page.evaluate("(words) => window.ganvae.toast(words)", HURT)
    expect(page.locator(".gv-toast")).to_have_text(HURT)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hurt") is None
    shown = page.evaluate("document.body.innerText")
    expect(page.locator("#gv-footer .foot")).to_have_text(f"Weights: {HURT}.")
    assert shown.count(HURT) >= 3


def test_the_api_page_shows_them_as_words(url: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{url}/?view=api&tab={quote(HURT)}")
    expect(page.get_by_text("/sample").first).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
