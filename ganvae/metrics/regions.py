"""How bright, or how warm, a part of a picture is: what directions of faces are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Box = tuple[float, float, float, float]
Channel = Literal["brightness", "warmth"]


@dataclass(frozen=True)
class Region:
    """A measure of pictures: the mean over one set of boxes less that over another.

    Attributes:
        name: the measure in words.
        boxes: (left, top, right, bottom) each, as shares of the picture from its top left corner.
        against: boxes whose mean is taken off; none takes nothing off.
        channel: `brightness` is the mean of red, green and blue, `warmth` red less blue.
    """

    name: str
    boxes: tuple[Box, ...]
    against: tuple[Box, ...] = ()
    channel: Channel = "brightness"

    def __call__(self, images: Tensor) -> Tensor:
        """The measure of each image (N, 3, H, W) in [0, 1], in percent of the range: (N,)."""
        warm = self.channel == "warmth"
        plane = images[:, 0] - images[:, 2] if warm else images.mean(dim=1)
        value = _mean(plane, self.boxes)
        if self.against:
            value = value - _mean(plane, self.against)
        return 100 * value


def _mean(plane: Tensor, boxes: tuple[Box, ...]) -> Tensor:
    """Mean of a plane (N, H, W) over all pixels of the boxes, each of which counts alike: (N,)."""
    height, width = plane.shape[1:]
    means = [
        plane[
            :,
            round(top * height) : round(bottom * height),
            round(left * width) : round(right * width),
        ].mean(dim=(1, 2))
        for left, top, right, bottom in boxes
    ]
    return sum(means[1:], start=means[0]) / len(means)
