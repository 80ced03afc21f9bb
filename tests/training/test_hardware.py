from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ganvae.errors import UserError
from ganvae.models import build
from ganvae.recipe.shipped import RECIPES
from ganvae.training import hardware
from tests.training.conftest import SHORT_CONV_GAN, SHORT_STRIDED_GAN

ROOT = Path(__file__).resolve().parents[2]

# glibc counts in `hblks` the blocks that it asked the system for one by one.
_COUNT_BLOCKS = """
import ctypes, torch
from ganvae.training.hardware import reuse_memory

class Mallinfo2(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Mallinfo2

def blocks_of_one_tensor():
    before = libc.mallinfo2().hblks
    tensor = torch.ones(2**26)
    return libc.mallinfo2().hblks - before

before = blocks_of_one_tensor()
reuse_memory()
print(before, blocks_of_one_tensor())
"""


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="glibc's malloc only"
)
def test_large_tensors_come_out_of_memory_that_is_kept() -> None:
    process = subprocess.run(
        [sys.executable, "-c", _COUNT_BLOCKS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert process.stdout.split() == ["1", "0"]


def test_only_study_c_is_trained_with_channels_last() -> None:
    faces, digits = build(SHORT_STRIDED_GAN), build(SHORT_CONV_GAN)
    for model in (faces, digits):
        hardware.arrange(model)
    for model, expected in ((faces, True), (digits, False)):
        weights = [p for p in model.parameters() if p.ndim == 4 and min(p.shape[1:]) > 1]
        assert weights
        for weight in weights:
            last = weight.is_contiguous(memory_format=torch.channels_last)
            assert last == expected
            assert weight.is_contiguous() != expected


def test_channels_last_draws_the_same_pictures() -> None:
    torch.manual_seed(0)
    model = build(RECIPES["face-vae-128"])
    z = torch.randn(2, 128)
    before = model.generate(z)
    hardware.arrange(model)
    torch.testing.assert_close(model.generate(z), before, atol=1e-5, rtol=0)


def test_the_device_is_a_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, expected in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert hardware.pick_device(None).type == expected
    with pytest.raises(UserError, match="There is no device 'tpu9' here; cpu always works"):
        hardware.pick_device("tpu9")


@pytest.mark.parametrize(
    ("abilities", "precision"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, "float32"),
        ({"avx512_bf16": True, "amx_bf16": False}, "bfloat16"),
        ({"avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"neon": True, "bf16": True}, "bfloat16"),
    ],
)
def test_bfloat16_is_for_processors_that_have_it(
    abilities: dict[str, bool], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: abilities)
    cpu = torch.device("cpu")
    assert hardware.usable_precision(RECIPES["face-gan-128"], cpu) == precision
    assert hardware.usable_precision(RECIPES["vae-10"], cpu) == "float32"
