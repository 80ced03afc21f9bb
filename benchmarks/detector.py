"""A second judge of faces, on which nothing was chosen: in how many pictures is a face found?

    python -m benchmarks.detector
    python -m benchmarks.detector --models face-vae-128 --output /tmp/detector.json

The detector is MTCNN (Zhang et al., "Joint face detection and alignment using multitask cascaded
convolutional networks", 2016) with the weights that come in the package facenet-pytorch, which were
trained on other photographs. It looks at each picture at twice its size, for it was made for faces
of 20 pixels and more. Samples are the first of those that the model was scored with; beside
them stand test images, and noise, in which there is nothing to find. Needs the test images
(GANVAE_DATA). Written to benchmarks/results/detector.json: of each set, the share of pictures with
a face, and with one that the detector is 99 % sure of.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import load_first_test_images, to_uint8
from ganvae.data.vision import import_torchvision
from ganvae.errors import UserError
from ganvae.metrics.scoring import SCORE_SEED, generate, prior_z
from ganvae.prior.format import read_fitted_prior
from ganvae.recipe.shipped import RECIPES

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "detector.json"
COUNT = 1000
REAL, NOISE, FITTED = "test images", "noise", "fitted"
_SURE = 0.99

# How sure the detector is of the face that it finds in a picture (C, H, W); 0 where it finds none.
Judge = Callable[[Tensor], float]


def detector() -> Judge:
    """MTCNN on uint8 pictures in colour.

    Raises:
        UserError: its package is missing.
    """
    import_torchvision()
    try:
        from facenet_pytorch import MTCNN
    except ImportError as error:
        raise UserError(
            f"The package {error.name} is missing: pip install -r requirements-dev.txt."
        ) from error
    network = MTCNN(keep_all=False, device="cpu")

    def judge(picture: Tensor) -> float:
        larger = F.interpolate(picture[None].float(), scale_factor=2, mode="bicubic")
        pixels = larger[0].round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
        _, sure = network.detect(pixels)
        return 0.0 if sure[0] is None else float(sure[0])

    return judge


def found(pictures: Iterator[Tensor], judge: Judge) -> dict[str, Any]:
    """In what share of pictures, uint8 (N, C, H, W) in batches, a face is found."""
    sure = np.array([judge(picture) for batch in pictures for picture in batch])
    return {
        "n": len(sure),
        "found": (sure > 0).mean().item(),
        "sure": (sure > _SURE).mean().item(),
    }


def sets(name: str, weights: Path, count: int) -> Iterator[tuple[str, Iterator[Tensor]]]:
    """A model's samples, by what z is drawn from; uint8.

    Raises:
        UserError: the model can't be read.
    """
    model = checkpoint.load(weights / name)
    drawn = {"N(0, I)": prior_z(model, count)}
    fitted = read_fitted_prior(weights / name, model.recipe)
    if fitted is not None:
        drawn[FITTED] = fitted.sample(SCORE_SEED, count)
    for place, z in drawn.items():
        yield place, (to_uint8(batch) for batch in generate(model, z))


def main() -> None:
    faces = [recipe.name for recipe in RECIPES.values() if recipe.dataset == "celeba"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--models", nargs="+", default=faces)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    try:
        judge = detector()
        real = load_first_test_images(RECIPES["tuned-gan-faces"], options.count)
        noise = torch.randint(0, 256, real.shape, generator=torch.Generator().manual_seed(0))
        for place, pictures in ((REAL, real), (NOISE, noise.byte())):
            rows.append({"model": None, "z": place, **found(iter([pictures]), judge)})
        for name in options.models:
            for place, batches in sets(name, options.weights, options.count):
                rows.append({"model": name, "z": place, **found(batches, judge)})
                print(rows[-1], flush=True)
    except UserError as error:
        parser.error(str(error))
    files.write_text(options.output, json.dumps({"rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
