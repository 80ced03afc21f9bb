"""The options of train.py that change a recipe: what they take, and what --help says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ganvae.recipe import MAX_SEED
from ganvae.recipes import RECIPES
from ganvae.training.options import FRESH, KNOWN_SETS, NONE

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _of_recipe(field: str) -> str:
    """What --help says of a hyper-parameter's default: it depends on the recipe."""
    shown = (f"{name} {getattr(RECIPES[name], field)}" for name in ("vae-100", "gan-100"))
    return f"  [default: {', '.join(shown)}; others: --dry-run]"


def _of_face_gan(field: str) -> str:
    return f"  [default: face-gan-128 {getattr(RECIPES['face-gan-128'], field)}]"


_OPTIONS = (
    click.option("--epochs", type=int, help="Passes over the data." + _of_recipe("epochs")),
    click.option("--steps", type=int, help="Steps, in place of --epochs." + _of_recipe("steps")),
    click.option("--batch-size", type=int, help="Images a step." + _of_recipe("batch_size")),
    click.option("--lr", type=float, help="Adam's learning rate." + _of_recipe("lr")),
    click.option(
        "--discriminator-lr",
        type=float,
        help="Adam's learning rate for D, if it is to be another than G's (GAN)."
        + _of_recipe("discriminator_lr"),
    ),
    click.option(
        "--cooldown",
        type=float,
        help="Share of the run, at its end, over which the learning rate falls to 0."
        + _of_recipe("cooldown"),
    ),
    click.option("--adam-beta1", type=float, help="Adam's first decay." + _of_recipe("adam_betas")),
    click.option(
        "--adam-beta2", type=float, help="Adam's second decay." + _of_recipe("adam_betas")
    ),
    click.option("--beta", type=float, help="Weight of the KL term (VAE)." + _of_recipe("beta")),
    click.option(
        "--components",
        type=int,
        help="Gaussians in the prior that is fitted after training (VAE)."
        + _of_recipe("components"),
    ),
    click.option(
        "--real-label",
        type=float,
        help="D's target for real images (GAN)." + _of_recipe("real_label"),
    ),
    click.option(
        "--pretraining",
        metavar="NAME",
        help=f"VAE in --weights whose decoder the generator starts from, {FRESH} to train one "
        f"first, or {NONE} (study C's GAN).{_of_face_gan('pretraining')}",
    ),
    click.option(
        "--judge",
        metavar="NAME",
        help="GAN in --weights whose discriminator that of a bridge starts as, or "
        f"{NONE} for a fresh one.  [default: bridge-faces-0 {RECIPES['bridge-faces-0'].judge}]",
    ),
    click.option(
        "--flip-every",
        type=int,
        help="D's targets swap every so many steps, 0 never (least squares)."
        + _of_face_gan("flip_every"),
    ),
    click.option(
        "--label-noise",
        type=float,
        help="Spread of the noise on D's targets (least squares)." + _of_face_gan("label_noise"),
    ),
    click.option(
        "--input-noise",
        type=float,
        help="Spread of the noise on D's images (GAN)." + _of_face_gan("input_noise"),
    ),
    click.option(
        "--mixed-batches/--no-mixed-batches",
        default=None,
        help="D learns from real and generated images in one batch (GAN)."
        + _of_face_gan("mixed_batches"),
    ),
    click.option("--loss", help="Name of the objective." + _of_recipe("loss")),
    click.option(
        "--averaging",
        type=float,
        help="Decay of the moving average of G's weights, 0 for none (GAN)."
        + _of_recipe("averaging"),
    ),
    click.option(
        "--spectral-norm/--no-spectral-norm",
        default=None,
        help="Hold D's weights to a spectral norm of 1 (GAN)." + _of_recipe("spectral_norm"),
    ),
    click.option(
        "--augmentation/--no-augmentation",
        default=None,
        help="D sees every image recoloured, shifted and with a hole (GAN)."
        + _of_recipe("augmentation"),
    ),
    click.option(
        "--augmentation-start",
        type=float,
        help="Share of the run after which augmentation begins and slowly rises (GAN)."
        + _of_recipe("augmentation_start"),
    ),
    click.option(
        "--augmentation-limit",
        type=float,
        help="Probability of each change of augmentation, in the end (GAN)."
        + _of_recipe("augmentation_limit"),
    ),
    click.option(
        "--gradient-penalty",
        type=float,
        help="Weight of the penalties R1 and R2 on a steep D, 0 for none (GAN)."
        + _of_recipe("gradient_penalty"),
    ),
    click.option(
        "--penalty-every",
        type=int,
        help="The penalties are computed every so many steps (GAN)." + _of_recipe("penalty_every"),
    ),
    click.option(
        "--minibatch-deviation/--no-minibatch-deviation",
        default=None,
        help="D is told how much the images of a batch differ (GAN, residual networks)."
        + _of_recipe("minibatch_deviation"),
    ),
    click.option(
        "--one-pass/--no-one-pass",
        default=None,
        help="D and G learn from one pass of D (GAN)." + _of_recipe("one_pass"),
    ),
    click.option(
        "--encoder-widths",
        metavar="W,W,…",
        help="Widths of encoder or discriminator, from x inwards." + _of_recipe("encoder_widths"),
    ),
    click.option(
        "--decoder-widths",
        metavar="W,W,…",
        help="Widths of decoder or generator, from z outwards." + _of_recipe("decoder_widths"),
    ),
    click.option(
        "--patch",
        type=int,
        help="Side of the squares of pixels that are drawn and seen as one (residual networks)."
        + _of_recipe("patch"),
    ),
    click.option("--dropout", type=float, help="Dropout (GAN)." + _of_recipe("dropout")),
    click.option("--leak", type=float, help="Slope of activations below 0." + _of_recipe("leak")),
    click.option("--prior", help="normal or uniform (GAN)." + _of_recipe("prior")),
    click.option(
        "--dataset",
        metavar="NAME|FOLDER",
        help=f"{', '.join(KNOWN_SETS)}, or a folder of images, nested or not."
        + _of_recipe("dataset"),
    ),
    click.option(
        "--mirror/--no-mirror",
        default=None,
        help="Mirror images left to right half of the time.  [default: faces yes, digits no]",
    ),
    click.option("--precision", help="float32 or bfloat16 (autocast)." + _of_recipe("precision")),
    click.option("--seed", type=int, help=f"0 to {MAX_SEED}." + _of_recipe("seed")),
)


def recipe_options(command: _Command) -> _Command:
    """Add the options that change a recipe to a command; None stands for the recipe's own value."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
