"""How fast training is beside the loop that tutorials teach.

    python -m benchmarks.training --rounds 7

Each way of training runs for a stretch of images, one after the other and round after round, so
that a machine that speeds up or slows down does it to all of them. The conventional way is
torchvision's MNIST, a DataLoader with shuffling and no workers, float32, plain Adam, and a loss
read after every step. Ours is `ganvae.training.Loop` with its curves, in each precision asked for.
Networks, batch size, losses and learning rate are the same. Written to
benchmarks/results/training.json: images a second (median over the rounds) and the ratio to the
conventional way (median of the ratios within each round).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from ganvae import files
from ganvae.data import DOWNLOAD_FOLDER, Batches, find_data_dir, load_for
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe
from ganvae.recipes import RECIPES
from ganvae.training.callbacks import TrainCurves
from ganvae.training.hardware import describe_hardware
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.updates import make_update
from ganvae.vision import import_torchvision

RESULT = Path(__file__).parent / "results" / "training.json"
CONVENTIONAL = "conventional"
WARM_UP_STEPS = 10

# Trains for so many steps and returns the mean of the first loss over them, None if not recorded.
Stretch = Callable[[int], float | None]


def ours(recipe: Recipe) -> Stretch:
    """This project's loop over images held in memory."""
    torch.manual_seed(recipe.seed)
    model, history = build(recipe), History(recipe.family)
    batches = Batches(load_for(recipe, "train"), recipe.batch_size, recipe.seed, recipe.image_range)
    curves = TrainCurves(history, recipe.total_steps(len(batches.images)), {})
    loop = Loop(make_update(model), batches, 0, [curves])
    loss = history.losses[0]

    def run(steps: int) -> float | None:
        loop.total_steps += steps
        before = len(history.rows)
        loop.run()
        rows = [row[loss] for row in history.rows[before:] if loss in row]
        return statistics.fmean(rows) if rows else None

    return run


def conventional(recipe: Recipe) -> Stretch:
    """The loop of the tutorials."""
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    batches = endless(conventional_loader(recipe))
    step = vae_step(model) if isinstance(model, VAE) else gan_step(model)

    def run(steps: int) -> float:
        return statistics.fmean(step(next(batches)) for _ in range(steps))

    return run


def conventional_loader(recipe: Recipe) -> DataLoader[Any]:
    """torchvision's MNIST, transformed image by image."""
    torchvision = import_torchvision()
    from torchvision import transforms

    size = recipe.image_shape[1:]
    steps: list[Any] = [] if size == (28, 28) else [transforms.Resize(size)]
    steps.append(transforms.ToTensor())
    if recipe.image_range == (-1.0, 1.0):
        steps.append(transforms.Normalize((0.5,), (0.5,)))
    dataset = torchvision.datasets.MNIST(
        find_data_dir() or DOWNLOAD_FOLDER, train=True, transform=transforms.Compose(steps)
    )
    return DataLoader(dataset, recipe.batch_size, shuffle=True, num_workers=0)


def endless(loader: DataLoader[Any]) -> Iterator[Tensor]:
    """Images of one epoch after another, without the labels."""
    while True:
        for images, _ in loader:
            yield images


def vae_step(model: VAE) -> Callable[[Tensor], float]:
    """One step on the ELBO as it is usually written."""
    recipe = model.recipe
    optimiser = torch.optim.Adam(model.parameters(), recipe.lr, betas=recipe.adam_betas)

    def step(images: Tensor) -> float:
        mean, log_variance = model.encoder(images)
        std = torch.exp(0.5 * log_variance)
        reconstructed = torch.sigmoid(model.decoder(mean + std * torch.randn_like(std)))
        loss = F.binary_cross_entropy(reconstructed, images, reduction="sum")
        loss = loss - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        if recipe.reduction == "mean":
            loss = loss / len(images)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item() / (1 if recipe.reduction == "mean" else len(images))

    return step


def gan_step(model: GAN) -> Callable[[Tensor], float]:
    """A step of D and a step of G, each with fakes of its own."""
    recipe = model.recipe
    generator, discriminator = model.generator, model.discriminator
    d_optimiser = torch.optim.Adam(discriminator.parameters(), recipe.lr, betas=recipe.adam_betas)
    g_optimiser = torch.optim.Adam(generator.parameters(), recipe.lr, betas=recipe.adam_betas)

    def draw_z(count: int) -> Tensor:
        if recipe.prior == "normal":
            return torch.randn(count, recipe.latent)
        return torch.rand(count, recipe.latent) * 2 - 1

    def step(images: Tensor) -> float:
        count = len(images)
        real, fake = torch.full((count,), recipe.real_label), torch.zeros(count)

        fakes = generator(draw_z(count))
        d_loss = F.binary_cross_entropy(torch.sigmoid(discriminator(images)), real)
        d_loss = d_loss + F.binary_cross_entropy(torch.sigmoid(discriminator(fakes.detach())), fake)
        d_optimiser.zero_grad()
        d_loss.backward()
        d_optimiser.step()

        judged = torch.sigmoid(discriminator(generator(draw_z(count))))
        g_loss = F.binary_cross_entropy(judged, torch.ones(count))
        g_optimiser.zero_grad()
        g_loss.backward()
        g_optimiser.step()
        g_loss.item()
        return d_loss.item()

    return step


def compare(
    recipe: Recipe, precisions: list[str], rounds: int, images: int, report: Callable[[str], None]
) -> dict[str, Any]:
    """Time every way of training a recipe, interleaved."""
    ways: dict[str, Stretch] = {CONVENTIONAL: conventional(recipe)}
    for precision in precisions:
        ways[precision] = ours(recipe.replace(precision=precision))
    steps = max(1, images // recipe.batch_size)
    for run in ways.values():
        run(WARM_UP_STEPS)
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    losses: dict[str, float | None] = {}
    for number in range(rounds):
        for way, run in ways.items():
            began = time.perf_counter()
            losses[way] = run(steps)
            seconds[way].append(time.perf_counter() - began)
        report(
            f"{recipe.name} {number + 1}/{rounds} "
            + " ".join(f"{way} {times[-1]:.2f} s" for way, times in seconds.items())
        )
    seen = steps * recipe.batch_size
    return {
        "batch_size": recipe.batch_size,
        "images_a_stretch": seen,
        "ways": {
            way: {
                "images_per_second": seen / statistics.median(times),
                "speed_ratio": statistics.median(
                    slow / fast for slow, fast in zip(seconds[CONVENTIONAL], times, strict=True)
                ),
                "loss": losses[way],
                "seconds": times,
            }
            for way, times in seconds.items()
        },
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results as text."""
    lines = [f"{'model':20} {'way':14} {'images/s':>9} {'ratio':>6} {'last loss':>10}"]
    for name, result in results.items():
        for way, values in result["ways"].items():
            loss = "-" if values["loss"] is None else f"{values['loss']:.4g}"
            lines.append(
                f"{name:20} {way:14} {values['images_per_second']:9,.0f} "
                f"{values['speed_ratio']:6.2f} {loss:>10}"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--models", nargs="+", default=["mlp-vae-20", "mlp-gan-100"], choices=list(RECIPES))
    add("--rounds", type=int, default=7, help="stretches of each way")
    add("--images", type=int, default=12_800, help="images a stretch")
    add("--threads", type=int, default=2, help="CPU threads")
    add("--precision", nargs="+", default=["float32", "bfloat16"], choices=["float32", "bfloat16"])
    add("--output", type=Path, default=RESULT, help="JSON file")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    results: dict[str, dict[str, Any]] = {}
    for name in arguments.models:
        results[name] = compare(
            RECIPES[name],
            arguments.precision,
            arguments.rounds,
            arguments.images,
            lambda line: print(line, flush=True),
        )
    print(table(results))
    files.write_json(
        arguments.output,
        {
            "hardware": describe_hardware(torch.device("cpu")),
            "threads": arguments.threads,
            "torch": torch.__version__,
            "rounds": arguments.rounds,
            "models": results,
        },
    )


if __name__ == "__main__":
    main()
