"""The card of a repository of models."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard

from ganvae import checkpoint
from ganvae.cards.merge import merge_card
from ganvae.errors import UserError
from ganvae.hub.repo_card import Listed, last_sheet, repo_card

REPO, CODE = "someone/models", "https://github.com/someone/ganvae"


def listed(weights: Path, *names: str) -> list[Listed]:
    """Models of a weights folder as a card lists them."""
    paths = [path.relative_to(weights).as_posix() for path in weights.rglob("*")]
    return [Listed(name, weights / name, last_sheet(paths, name)) for name in names]


def data(card: str) -> dict[str, object]:
    """A card's front matter."""
    return yaml.safe_load(card.split("---\n")[1])


def test_it_lists_every_model_with_its_numbers(tiny_weights: Path) -> None:
    card = repo_card(REPO, listed(tiny_weights, "vae-10", "mlp-gan-100"))
    rows = re.findall(r"^\| \[([\w-]+)\]\((\S+)\) \| (.*) \|$", card, re.MULTILINE)
    assert [row[:2] for row in rows] == [
        ("mlp-gan-100", "mlp-gan-100/README.md"),
        ("vae-10", "vae-10/README.md"),
    ]
    cells = rows[1][2].split(" | ")
    metrics = checkpoint.read_metrics(tiny_weights / "vae-10")
    assert cells[:4] == ["VAE", "mnist", "32x32", "10"]
    assert cells[4] == f"{metrics['parameters']['total']:,}"
    assert cells[5] == f"{metrics['distance']['value']:.2f} (digit-classifier, n = 100)"
    # Not measured.
    assert cells[6] == "–"
    assert cells[7] == f"{metrics['sharpness']['ratio']:.0%}"


def test_it_shows_the_last_samples(tiny_weights: Path) -> None:
    card = repo_card(REPO, listed(tiny_weights, "vae-10"))
    (picture,) = re.findall(r"!\[[^]]*\]\((\S+)\)", card)
    assert picture == "vae-10/snapshots/samples-00000010.webp"
    assert (tiny_weights / picture).is_file()
    assert last_sheet(["a/snapshots/samples-9.png", "a/snapshots/samples-10.png"], "a") == (
        "a/snapshots/samples-10.png"
    )
    assert last_sheet(["ab/snapshots/samples-9.png"], "a") is None


def test_the_front_matter_is_the_hubs(tiny_weights: Path, face_weights: Path) -> None:
    card = repo_card(REPO, listed(tiny_weights, "vae-10", "mlp-gan-100"), CODE)
    found = data(card)
    assert found["library_name"] == "ganvae"
    assert found["license"] == "apache-2.0"
    assert found["datasets"] == ["ylecun/mnist"]
    assert found["tags"] == ["gan", "vae", "pytorch"]
    index = {one["name"]: one["results"] for one in found["model-index"]}
    assert set(index) == {"vae-10", "mlp-gan-100"}
    assert index["vae-10"][0]["metrics"][0]["value"] == 50.0
    assert ModelCard(card).data.library_name == "ganvae"
    both = [*listed(tiny_weights, "vae-10"), *listed(face_weights, "face-vae-128")]
    mixed = repo_card(REPO, both)
    assert data(mixed)["license"] == "other"
    assert "This is said of face-vae-128." in mixed
    assert "This is said of" not in card
    # A person's own photographs: whose they are is not ours to say.
    assert data(repo_card(REPO, listed(face_weights, "cat-vae")))["license"] == "unknown"


def test_the_code_on_it_is_code(tiny_weights: Path) -> None:
    for name, draw in (("vae-10", "torch.randn(8, 10)"), ("mlp-gan-100", "(8, 100)")):
        card = repo_card(REPO, listed(tiny_weights, name), CODE)
        (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
        ast.parse(code)
        assert f'ganvae.load("{name}", source="{REPO}")' in code
        assert draw in code
        assert f"pip install git+{CODE}" in card
        assert f"GANVAE_WEIGHTS={REPO} python app.py" in card


def test_a_merge_keeps_a_persons_words_and_every_models_name(tiny_weights: Path) -> None:
    first = repo_card(REPO, listed(tiny_weights, "vae-10"))
    edited = first.replace("library_name", "language: en\nlibrary_name") + "\nMine.\n"
    merged = merge_card(repo_card(REPO, listed(tiny_weights, "vae-10", "mlp-gan-100")), edited)
    assert merged.rstrip().endswith("Mine.")
    assert data(merged)["language"] == "en"
    assert [one["name"] for one in data(merged)["model-index"]] == ["mlp-gan-100", "vae-10"]
    assert merge_card(repo_card(REPO, listed(tiny_weights, "vae-10", "mlp-gan-100")), merged) == (
        merged
    )


def test_what_is_not_measured_is_a_dash(tiny_weights: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_weights / "vae-10", tmp_path / "vae-10")
    (tmp_path / "vae-10" / "metrics.json").write_text(json.dumps({"distance": [1], "x": True}))
    card = repo_card(REPO, [Listed("vae-10", tmp_path / "vae-10", None)])
    (row,) = re.findall(r"^\| \[vae-10\].*$", card, re.MULTILINE)
    assert row.endswith("| 10 | – | – | – | – |")
    assert "model-index" not in data(card)
    assert "![" not in card


def test_without_a_model_there_is_no_card() -> None:
    with pytest.raises(UserError, match="would hold no model"):
        repo_card(REPO, [])
