"""What a discriminator sees of pictures, and a bridge that starts with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganvae import checkpoint, networks
from ganvae.errors import UserError
from ganvae.models import build
from ganvae.training.step import BridgeUpdate, make_update
from ganvae.training.step.judges import Judge, load_judge, relative_error
from tests.conftest import write_model
from tests.training.conftest import (
    SHORT_BRIDGE,
    SHORT_GAN,
    SHORT_RESIDUAL_GAN,
    SHORT_RESIDUAL_VAE,
)

JUDGED = SHORT_BRIDGE.replace(name="judged", judge="photo-gan")
PHOTO_GAN = SHORT_RESIDUAL_GAN.replace(
    name="photo-gan", dataset="photos", image_shape=(3, 16, 16), patch=2
)


def a_judge() -> Judge:
    torch.manual_seed(1)
    return Judge(networks.build_discriminator(PHOTO_GAN))


def pictures(count: int = 8) -> Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(4)) * 2 - 1


def test_the_error_is_a_share_of_what_there_is_to_know() -> None:
    wanted = torch.tensor([-1.0, 1.0, -1.0, 1.0])
    assert relative_error(wanted, wanted) == 0
    # The unbiased variance of four numbers of +-1 is 4/3.
    assert torch.isclose(relative_error(torch.zeros(4), wanted), torch.tensor(0.75))


def test_a_judge_tells_what_every_block_saw() -> None:
    judge, images = a_judge(), pictures()
    scores, maps = judge(images)
    assert scores.shape == (8,)
    # Two halvings of a picture that is seen in squares of two pixels.
    assert [tuple(one.shape) for one in maps] == [(8, 4, 4, 4), (8, 8, 2, 2)]
    assert torch.allclose(judge.layers(images), scores, atol=1e-5)


def test_errors_are_those_of_the_first_pictures_and_teach_the_judge_nothing() -> None:
    judge, images = a_judge(), pictures()
    drawn = torch.cat([images, pictures(12)[8:]]).requires_grad_()
    scores, errors = judge.errors(drawn, images)
    assert scores.shape == (12,)
    assert errors.tolist() == [0, 0]
    scores, errors = judge.errors(drawn * 0.5, images)
    _, wanted = judge(images)
    _, found = judge(images * 0.5)
    expected = [relative_error(a, b).item() for a, b in zip(found, wanted, strict=True)]
    assert errors.tolist() == pytest.approx(expected, rel=1e-4)
    (scores.sum() + errors.sum()).backward()
    assert drawn.grad is not None
    assert drawn.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in judge.parameters())
    assert all(parameter.requires_grad for parameter in judge.parameters())


def test_a_bridge_begins_with_its_judge() -> None:
    judge = a_judge()
    layers = {name: value.clone() for name, value in judge.named_parameters() if value.dim() > 1}
    update = make_update(build(JUDGED), judge=judge)
    assert isinstance(update, BridgeUpdate)
    assert len(layers) == 7
    for name, theirs in layers.items():
        # Held to a norm of 1 from now on, but the same otherwise.
        ours = update.judge.get_submodule(name.removesuffix(".weight")).weight.detach().flatten(1)
        assert torch.linalg.matrix_norm(ours, 2).item() == pytest.approx(1, abs=0.05)
        likeness = torch.cosine_similarity(ours.flatten(), theirs.flatten(), 0)
        assert likeness.item() == pytest.approx(1)


def test_a_judge_is_the_discriminator_of_a_gan_of_such_pictures(tmp_path: Path) -> None:
    write_model(tmp_path / "photo-gan", PHOTO_GAN)
    judge = load_judge(JUDGED, tmp_path / "photo-gan")
    gan = checkpoint.load(tmp_path / "photo-gan")
    assert torch.equal(judge(pictures())[0], gan.get_submodule("discriminator")(pictures()))
    # It goes on learning.
    # Its last bias may stay: where all scores are within the hinge's margins its slope is 0.
    before = judge.get_parameter("layers.2.skip.bias").clone()
    make_update(build(JUDGED), judge=judge)(pictures(), 0)
    assert not torch.equal(judge.get_parameter("layers.2.skip.bias"), before)
    with pytest.raises(UserError, match=r"nobody, which is not in .*first, or .* --judge none\.$"):
        load_judge(JUDGED, tmp_path / "nobody")
    for wrong in (SHORT_RESIDUAL_VAE, SHORT_GAN, PHOTO_GAN.replace(image_shape=(3, 32, 32))):
        folder = tmp_path / f"{wrong.name}-{wrong.image_shape[1]}"
        write_model(folder, wrong)
        with pytest.raises(UserError, match=f"{folder.name} can't be the judge of judged: a judge"):
            load_judge(JUDGED, folder)
