"""What a run computes on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from ganvae.errors import UserError


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
