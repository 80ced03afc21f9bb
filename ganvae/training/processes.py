"""One training on several devices or machines: `accelerate launch train.py …` starts the processes.

Each process takes its share of every batch. Gradients are averaged by PyTorch's
DistributedDataParallel, which Hugging Face's accelerate sets up; everything random is drawn for the
whole batch in every process and shared out, so the random state is the same everywhere, and the
state that the first process saves is that of all.
"""

from __future__ import annotations

import datetime
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ganvae.errors import UserError
from ganvae.training import launched
from ganvae.training.hardware import pick_device

T = TypeVar("T")
# The others wait while the first scores and draws; far longer than that, one of them is lost.
_PATIENCE = datetime.timedelta(hours=2)
_LOST = ("Connection closed by peer", "Connection reset", "NCCL", "gloo", "Timed out")


class Processes:
    """This process among those that train together; alone where nothing launched more.

    Attributes:
        rank, world: number of this process, from 0, and of all.
        device: what it computes on.
    """

    rank, world = 0, 1

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @property
    def is_first(self) -> bool:
        """Whether this is the process that prints, scores and writes."""
        return self.rank == 0

    @property
    def on_this_machine(self) -> int:
        """Processes that share this machine's cores."""
        return 1

    def share(self, whole: Tensor) -> Tensor:
        """This process's part of something (N, ...) that belongs to the whole batch."""
        if self.world == 1:
            return whole
        each = len(whole) // self.world
        return whole[self.rank * each : (self.rank + 1) * each]

    def noise_like(self, part: Tensor) -> Tensor:
        """N(0, I) in the shape (n, ...) of this process's part, drawn for all parts."""
        if self.world == 1:
            return torch.randn_like(part)
        shape = (self.world * len(part), *part.shape[1:])
        whole = torch.randn(shape, dtype=part.dtype, device=part.device)
        return self.share(whole).contiguous(memory_format=_layout(part))

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network as it is called in training: its gradients are the mean over all."""
        return network

    def mean(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Scalars, averaged over all."""
        return values

    def average_statistics(self, model: nn.Module) -> None:
        """Make the running statistics of batch norm the mean over all.

        Only on the CPU: on GPUs the layers themselves agree on them.
        """

    def from_first(self, make: Callable[[], T]) -> T:
        """What the first process makes, given to all."""
        return make()

    @contextmanager
    def first_goes_first(self) -> Iterator[None]:
        """The first process does what is inside before the others do."""
        yield

    def close(self) -> None:
        """Part from the others."""


class _Together(Processes):
    """Several, through accelerate."""

    def __init__(self, device: torch.device | None) -> None:
        try:
            import accelerate
            from accelerate.utils import DistributedDataParallelKwargs, InitProcessGroupKwargs
        except ImportError as error:
            raise UserError(
                "Training in several processes needs accelerate: pip install accelerate."
            ) from error
        self._accelerate = accelerate
        self._all = accelerate.Accelerator(
            cpu=device is not None and device.type == "cpu",
            mixed_precision="no",  # the updates cast by themselves, as the recipe says
            kwargs_handlers=[
                DistributedDataParallelKwargs(broadcast_buffers=False),
                InitProcessGroupKwargs(timeout=_PATIENCE),
            ],
        )
        super().__init__(self._all.device)
        self.rank, self.world = self._all.process_index, self._all.num_processes

    @property
    def on_this_machine(self) -> int:
        return int(os.environ.get("LOCAL_WORLD_SIZE", self.world))

    def wrap(self, network: nn.Module) -> nn.Module:
        if self.device.type == "cuda":  # there is none for the CPU
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        with warnings.catch_warnings():
            # PyTorch has a newer name for `broadcast_buffers` that accelerate doesn't know yet.
            warnings.simplefilter("ignore", FutureWarning)
            return self._all.prepare_model(network)

    def mean(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        together = self._all.reduce(torch.stack(list(values.values())), "mean")
        return dict(zip(values, together.unbind(), strict=True))

    def average_statistics(self, model: nn.Module) -> None:
        for buffer in model.buffers() if self.device.type != "cuda" else ():
            if buffer.is_floating_point():
                buffer.copy_(self._all.reduce(buffer, "mean"))

    def from_first(self, make: Callable[[], T]) -> T:
        made: list[Any] = [make() if self.is_first else None]
        return self._accelerate.utils.broadcast_object_list(made)[0]

    @contextmanager
    def first_goes_first(self) -> Iterator[None]:
        with self._all.main_process_first():
            yield

    def close(self) -> None:
        self._all.end_training()


def join(device: str | None) -> Processes:
    """This process among those that were launched together.

    Args:
        device: name of the device; None picks a GPU if there is one.

    Raises:
        UserError: there is no such device, or accelerate is missing.
    """
    if launched.world() == 1:
        return Processes(pick_device(device))
    return _Together(None if device is None else pick_device(device))


def is_lost(error: BaseException) -> bool:
    """Whether an error means that another process of the training is gone."""
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _LOST)


def _layout(like: Tensor) -> torch.memory_format:
    channels_last = like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last)
    plain = not channels_last or like.is_contiguous()
    return torch.contiguous_format if plain else torch.channels_last
