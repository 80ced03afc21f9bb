from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganvae import checkpoint, files
from ganvae.cards import write_card
from ganvae.data.sets import Images
from ganvae.data.vision import import_torchvision
from ganvae.errors import UserError
from ganvae.metrics.inception import InceptionFeatures
from ganvae.metrics.scoring import SCORE_SEED, prior_z
from ganvae.models import build
from ganvae.prior.format import FITTED_PRIOR, read_fitted_prior
from ganvae.training import evaluate, run, score
from ganvae.training.settings import Settings
from tests.conftest import TINY_STOPS
from tests.training.conftest import SHORT_GAN, SHORT_VAE

SettingsMaker = Callable[..., Settings]
MEASURED = ("distance", "kernel_distance", "precision_recall", "sharpness", "specks", "diversity")


def test_scoring_again_finds_what_the_training_found(settings: SettingsMaker) -> None:
    folder = run.train(SHORT_VAE, settings())
    recorded = checkpoint.read_metrics(folder)
    assert {*MEASURED, "fitted", "reconstruction", "speed"} <= set(recorded)
    assert set(MEASURED) < set(recorded["fitted"])
    prior = (folder / FITTED_PRIOR).read_bytes()
    kept = {key: recorded[key] for key in ("parameters", "final", "training", "data")}
    # Scores that are gone come back, everything else stays.
    files.write_json(folder / checkpoint.METRICS, kept)
    (folder / FITTED_PRIOR).unlink()
    assert score.score("short-vae", settings()) == ["short-vae"]
    again = checkpoint.read_metrics(folder)
    assert (folder / FITTED_PRIOR).read_bytes() == prior
    for metrics in (again, recorded):
        del metrics["speed"]
    # Of the training and of what is looked for inside, not of the scores.
    del recorded["kl_per_dimension"], recorded["memorisation"]
    assert again == recorded
    assert (folder / checkpoint.CARD).read_text() == write_card(folder)


def test_a_gans_discriminator_judges_the_vaes_beside_it(settings: SettingsMaker) -> None:
    vae = SHORT_VAE.replace(name="vae-beside", pair=SHORT_GAN.pair)
    other = SHORT_VAE.replace(name="vae-elsewhere", pair="another")
    for recipe in (vae, other, SHORT_GAN):
        folder = run.train(recipe, settings())
    assert checkpoint.read_metrics(folder)["realness"]["others"] == {}  # none in --weights yet
    score.score("short-gan", settings(weights=_with_classifier(settings)))
    realness = checkpoint.read_metrics(folder)["realness"]
    assert set(realness["others"]) == {"vae-beside"}
    gan = checkpoint.load(folder)
    assert not hasattr(gan, "encoder")
    for value in (realness["real"], realness["generated"], *realness["others"].values()):
        assert 0 < value < 1
    assert len({realness["real"], realness["generated"], realness["others"]["vae-beside"]}) == 3


def _with_classifier(settings: SettingsMaker) -> Path:
    """The folder of finished models, as a whole weights folder."""
    folder = settings().output
    assert folder is not None
    (folder / "digit-classifier").symlink_to(settings_weights(settings) / "digit-classifier")
    return folder


def settings_weights(settings: SettingsMaker) -> Path:
    return settings().weights


def test_all_scores_what_it_can_and_names_the_rest(
    settings: SettingsMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run.train(SHORT_VAE, settings())
    lost = folder.parent / "lost"
    lost.mkdir()
    for name in (checkpoint.CONFIG, checkpoint.METRICS, checkpoint.WEIGHTS):
        (lost / name).write_bytes((folder / name).read_bytes())
    config = checkpoint.read_json(lost / checkpoint.CONFIG)
    config["recipe"] |= {"name": "lost", "dataset": "cats"}
    files.write_json(lost / checkpoint.CONFIG, config)
    assert score.score("all", settings()) == ["short-vae"]
    assert "lost is not scored: Nobody but you has the data set 'cats'" in capsys.readouterr().err


def test_a_model_that_is_not_there(settings: SettingsMaker) -> None:
    with pytest.raises(UserError, match=r"^There is no trained model 'vae-7' in "):
        score.score("vae-7", settings())
    with pytest.raises(UserError, match=r"^There is no trained model in "):
        score.score("all", settings(output=settings().weights))


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of torch.hub; returns where it looks for Inception's weights."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    return checkpoints


def inception_module() -> Any:
    import_torchvision()
    from torch_fidelity import feature_extractor_inceptionv3

    return feature_extractor_inceptionv3


@pytest.mark.parametrize("answer", [None, 404])
def test_without_inceptions_weights_one_sentence_says_so(
    answer: int | None, no_weights: Path, monkeypatch: pytest.MonkeyPatch, settings: SettingsMaker
) -> None:
    class Missing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *arguments: Any) -> None:
            pass

    if answer is None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
    else:
        server = HTTPServer(("127.0.0.1", 0), Missing)
        port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{port}/weights-inception.pth"
    monkeypatch.setattr(inception_module(), "URL_INCEPTION_V3", address)
    folder = run.train(SHORT_VAE, settings())
    before = (folder / checkpoint.METRICS).read_bytes()
    with pytest.raises(UserError) as error:
        score.score("short-vae", settings(), inception=True)
    if answer is not None:
        server.shutdown()
        server.server_close()
    message = str(error.value)
    assert message.startswith(f"Inception's weights could not be fetched from {address} (")
    assert message.endswith("or score without --features.")
    assert "\n" not in message
    assert (folder / checkpoint.METRICS).read_bytes() == before


def test_scores_in_inceptions_features(
    no_weights: Path, monkeypatch: pytest.MonkeyPatch, settings: SettingsMaker
) -> None:
    module = inception_module()
    with monkeypatch.context() as patch:
        patch.setattr(module, "load_state_dict_from_url", lambda *_, **__: {})
        patch.setattr(module.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        torch.manual_seed(0)
        network = module.FeatureExtractorInceptionV3("inception", ["2048"])
    # Any weights will do to see that the images get through.
    torch.save(network.state_dict(), no_weights / Path(module.URL_INCEPTION_V3).name)
    monkeypatch.setattr(score, "SCORE_COUNT", 12)
    monkeypatch.setattr(score, "_STUDY_COUNT", 9)
    folder = run.train(SHORT_VAE, settings())
    before = checkpoint.read_metrics(folder)
    score.score("short-vae", settings(), inception=True)
    metrics = checkpoint.read_metrics(folder)
    measured = metrics.pop("inception")
    assert metrics == before
    assert (measured["study"]["n"], measured["study"]["reference"]) == (9, "9 training images")
    assert (measured["test"]["n"], measured["test"]["reference"]) == (12, "12 test images")
    for entry in measured.values():
        assert entry["features"] == "inception"
        assert entry["value"] > 0
    # Grey pictures are replicated, and batches make no difference.
    grey = torch.rand(3, 1, 28, 28)
    features = InceptionFeatures().features(grey)
    assert features.shape == (3, 2048)
    with torch.no_grad():
        (expected,) = network((grey * 255).round().to(torch.uint8).repeat(1, 3, 1, 1))
    torch.testing.assert_close(features, expected, rtol=1e-3, atol=1e-4)


def test_samples_of_a_bridge_are_judged_as_the_page_draws_them(bridge_weights: Path) -> None:
    stop = bridge_weights / TINY_STOPS[1].name
    model = checkpoint.load(stop)
    prior = read_fitted_prior(stop, model.recipe)
    assert prior is not None
    shown = evaluate._shown_z(model, stop, 5)
    np.testing.assert_array_equal(shown, prior.sample(SCORE_SEED, 5))
    # A VAE of the pair is judged by its prior, N(0, I).
    vae = checkpoint.load(bridge_weights / "tuned-vae-digits")
    other = evaluate._shown_z(vae, bridge_weights / "tuned-vae-digits", 5)
    np.testing.assert_array_equal(other, prior_z(vae, 5))


def test_the_study_compares_with_training_images_from_all_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ever brighter images: the first ones alone would be too dark."""
    seen: list[torch.Tensor] = []

    class Brightness:
        name = "brightness"

        def features(self, images: torch.Tensor) -> torch.Tensor:
            seen.append(images.mean(dim=(1, 2, 3)))
            return images[:, 0, 12:14, 12:14].flatten(1)

    monkeypatch.setattr(score, "SCORE_COUNT", 30)
    monkeypatch.setattr(score, "_STUDY_COUNT", 50)
    pixels = torch.arange(240).to(torch.uint8)[:, None, None, None].expand(-1, 1, 28, 28)
    images = Images(pixels, pixels[100:140])
    model = build(SHORT_VAE)
    measured = score._with_inception(model.eval(), images, Brightness())  # type: ignore[arg-type]
    _, study, _, test = seen
    assert measured["study"]["n"] == len(study) == 50
    assert 0.3 < study.mean() < 0.6
    assert study.min() < 0.1
    assert study.max() > 0.8
    assert (measured["test"]["n"], measured["test"]["reference"]) == (30, "30 test images")
    torch.testing.assert_close(test, torch.arange(100, 130) / 255)
    score._with_inception(model, images, Brightness())  # type: ignore[arg-type]
    assert torch.equal(seen[5], study)
