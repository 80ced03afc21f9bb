"""The page as Gradio is told about it: no browser here."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui.component import PageComponent
from ganvae.ui.config import page_config
from ganvae.ui.page import Page, build, html_head
from tests.fuzz.test_server_functions import functions

ENDPOINTS = {"/models", "/sample", "/points", "/decode", "/walk"}
START = """
import json, sys
from pathlib import Path
from ganvae.collection import Collection
from ganvae.ui.page import build
build(Collection(Path(sys.argv[1])))
slow = ("torchvision", "matplotlib", "torch._dynamo", "sympy")
print(json.dumps([name for name in slow if name in sys.modules]))
"""


@pytest.fixture(scope="module")
def page(tiny_weights: Path) -> Page:
    return build(Collection(tiny_weights))


def test_start_imports_nothing_slow_that_it_can_do_without(tiny_weights: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, str(tiny_weights)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_tabs(page: Page) -> None:
    tabs = [block for block in page.blocks.values() if block.get_block_name() == "tabitem"]
    assert [tab.id for tab in tabs] == [
        *("sample", "explore", "walk", "map", "compare", "bridge", "reconstruct", "training")
    ]


def test_server_functions_take_their_data_alone(page: Page) -> None:
    """As Gradio sees them, which fills in what else a function asks for."""
    found = functions(page)
    assert len(found) >= 20
    for function in found.values():
        assert list(inspect.signature(function).parameters) == ["data"]


def test_only_the_named_endpoints_are_public(page: Page) -> None:
    info = page.get_api_info()
    assert set(info["named_endpoints"]) == ENDPOINTS
    assert info["unnamed_endpoints"] == {}


def test_every_component_tells_the_browser_only_what_is_json(page: Page) -> None:
    components = [block for block in page.blocks.values() if isinstance(block, PageComponent)]
    assert len(components) >= 2
    for component in components:
        text = json.dumps(component.get_config())
        assert "Collection" not in text


def test_config(tiny_weights: Path) -> None:
    config = page_config(Collection(tiny_weights))
    assert config["problems"] == []
    assert config["default_pair"] == "digits-convolutional"
    pairs = {pair["key"]: pair for pair in config["pairs"]}
    first = pairs["digits-convolutional"]
    assert first["vaes"] == ["vae-3", "vae-10"]
    assert (first["vae"], first["gan"], first["count"]) == ("vae-10", "gan-100", 64)
    assert pairs["digits-perceptrons"]["count"] == 100
    assert pairs["digits-small"]["vae"] is None
    model = config["models"]["vae-3"]
    assert (model["family"], model["latent"], model["prior_std"]) == ("vae", 3, 1.0)
    assert model["minutes"] == 16
    assert model["real_laplacian_variance"] == 0.1
    assert config["models"]["mini-gan-100"]["prior_std"] == pytest.approx(3**-0.5)


def test_config_of_large_pictures_in_colour(face_weights: Path) -> None:
    config = page_config(Collection(face_weights))
    pairs = {pair["key"]: pair for pair in config["pairs"]}
    assert list(pairs) == ["faces", "big-cats", "dogs"]
    for pair in pairs.values():
        assert (pair["count"], pair["phone_count"]) == (36, 9)
    faces = pairs["faces"]
    assert (faces["vae"], faces["gan"]) == ("face-vae-128", "face-gan-128")
    assert "CelebA" in faces["note"]
    assert "non-commercial" in faces["note"]
    cats = pairs["big-cats"]
    assert (cats["title"], cats["vae"], cats["gan"], cats["note"]) == (
        "Big cats",
        "cat-vae",
        None,
        "",
    )
    assert list(config["models"]["face-gan-128"]["subject"]) == ["face", "faces"]
    assert list(config["models"]["cat-vae"]["subject"]) == ["picture", "pictures"]


def test_digits_are_shown_as_many_as_before(tiny_weights: Path) -> None:
    config = page_config(Collection(tiny_weights))
    counts = {pair["key"]: (pair["count"], pair["phone_count"]) for pair in config["pairs"]}
    assert counts == {
        "digits-convolutional": (64, 16),
        "digits-perceptrons": (100, 16),
        "digits-small": (64, 16),
    }
    assert {pair["note"] for pair in config["pairs"]} == {""}
    assert list(config["models"]["vae-3"]["subject"]) == ["digit", "digits"]


def test_pairs_that_lack_one_of_the_two_make_a_page(face_weights: Path, tmp_path: Path) -> None:
    for name in ("cat-vae", "dog-gan"):
        shutil.copytree(face_weights / name, tmp_path / name)
    build(Collection(tmp_path))


def test_what_was_not_measured_is_none(tiny_weights: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_weights / "vae-3", tmp_path / "vae-3")
    metrics = tmp_path / "vae-3" / "metrics.json"
    metrics.write_text('{"sharpness": {"ratio": NaN}, "training": [1], "distance": {"value": "x"}}')
    model = page_config(Collection(tmp_path))["models"]["vae-3"]
    for key in ("sharpness", "real_laplacian_variance", "minutes", "distance", "distance_n"):
        assert model[key] is None


def test_bad_models_are_named_and_the_others_work(
    tiny_weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("vae-3", "vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, tmp_path / name)
    (tmp_path / "vae-10" / "model.safetensors").write_bytes(b"nothing")
    (tmp_path / "gan-100" / "config.json").write_text("{")
    config = page_config(Collection(tmp_path))
    assert list(config["models"]) == ["vae-3"]
    assert config["pairs"][0]["gans"] == []
    assert sorted(problem.split(":")[0] for problem in config["problems"]) == ["gan-100", "vae-10"]
    # Visitors see these sentences.
    assert str(tmp_path) not in " ".join(config["problems"])
    caplog.set_level("INFO", "ganvae")
    build(Collection(tmp_path))
    lines = [one.getMessage() for one in caplog.records if one.name == "ganvae.ui.page"]
    assert lines[0] == f"1 models loaded from {tmp_path}: vae-3."
    assert sorted(line.partition(":")[0] for line in lines[1:]) == ["Left out", "Left out"]
    assert "gan-100" in "".join(lines[1:])


def test_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no usable model"):
        build(Collection(tmp_path))


def test_the_head_holds_the_config_and_cannot_be_broken_out_of() -> None:
    config: dict[str, Any] = {"pairs": [], "title": "</script><b>"}
    head = html_head(config)
    found = re.search(r'<script type="application/json" id="ganvae-config">(.*)</script>', head)
    assert found
    assert "<" not in found[1]
    assert json.loads(found[1]) == config


def test_the_page_names_no_other_server() -> None:
    head = html_head({})
    addresses = set(re.findall(r"https?://[a-z0-9.]+", head))
    # The name of SVG's format.
    assert addresses == {"http://www.w3.org"}
