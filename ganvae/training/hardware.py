"""What a run computes on."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path

import torch
from torch import nn

from ganvae.errors import UserError
from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
# What torch calls it on Intel and AMD (the first two), and on ARM.
_BFLOAT16_ABILITIES = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")


def pick_device(name: str | None) -> torch.device:
    """The device of that name, or the best there is.

    Raises:
        UserError: there is no such device here.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"There is no device {name!r} here; cpu always works.") from error
    return device


def arrange(model: VAE | GAN) -> None:
    """Lay a model's weights out in memory as its recipe is trained fastest.

    Channels last is faster for wide convolutions, on CPU and GPU alike; images take the layout from
    the first convolution. It changes the last digits of sums, so the recipes that were trained
    without it stay as they are.
    """
    if model.recipe.network in ("strided", "residual"):
        nn.Module.to(model, memory_format=torch.channels_last)  # type: ignore[call-overload]


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device has bfloat16 arithmetic of its own.

    A processor without it emulates it, and then trains several times slower than in float32.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return True
    abilities = torch.cpu.get_capabilities()
    return any(abilities.get(name, False) for name in _BFLOAT16_ABILITIES)


def usable_precision(recipe: Recipe, device: torch.device) -> str:
    """The precision that a recipe is trained in on this device: its own, or float32."""
    return recipe.precision if computes_bfloat16(device) else "float32"


def reuse_memory() -> None:
    """Keep freed memory for the next step, on Linux with glibc; elsewhere nothing happens.

    Left alone, malloc hands every large tensor back to the system and asks for it again a moment
    later, and the system fills it with zeros each time.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_MAX, 0)
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def describe_hardware(device: torch.device) -> str:
    """Name of the processor or GPU, with the number of cores."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"
