"""torchvision is there whatever torch is installed, and its choice among boxes is right."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganvae.data.vision import import_torchvision, suppress


def boxes(*corners: tuple[float, float, float, float]) -> Tensor:
    return torch.tensor(corners).reshape(-1, 4)


@pytest.mark.parametrize("overlap", [0.0, 0.2, 0.5, 0.9])
def test_only_the_best_of_boxes_that_overlap_is_kept(overlap: float) -> None:
    # The second shares a third of the union with the first, the third touches, the fourth is away.
    some = boxes((0, 0, 4, 4), (2, 0, 6, 4), (4, 0, 8, 4), (20, 20, 24, 24))
    kept = suppress(some, torch.tensor([0.5, 0.9, 0.3, 0.1]), overlap)
    assert kept.tolist() == ([1, 3] if overlap < 1 / 3 else [1, 0, 2, 3])


def test_no_box_is_no_choice() -> None:
    assert suppress(boxes(), torch.zeros(0), 0.5).tolist() == []


def test_torchvision_chooses_as_we_do() -> None:
    import_torchvision()
    from torchvision.ops import nms

    drawn = torch.Generator().manual_seed(0)
    corners = torch.rand(60, 2, generator=drawn) * 50
    some = torch.cat([corners, corners + 5 + 20 * torch.rand(60, 2, generator=drawn)], dim=1)
    scores = torch.rand(60, generator=drawn)
    for overlap in (0.1, 0.4, 0.7):
        kept = nms(some, scores, overlap)
        assert len(kept) > 1
        assert torch.equal(kept, suppress(some, scores, overlap))
