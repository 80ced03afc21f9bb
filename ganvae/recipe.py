"""What a Recipe is: all that decides what a trained model computes, and what may be said in one."""

from __future__ import annotations

import dataclasses
import math
import re
import reprlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ganvae.errors import UserError

Family = Literal["vae", "gan"]
Prior = Literal["normal", "uniform"]
Network = Literal["perceptron", "convolutional", "strided", "residual"]
Initialisation = Literal["default", "xavier", "dcgan"]
Precision = Literal["float32", "bfloat16"]
Reduction = Literal["sum", "mean"]
Storage = Literal["float32", "float16"]

MAX_LATENT = 1024
MAX_SEED = 2**32 - 1
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Recipe:
    """All that decides what a trained model computes.

    Attributes:
        name: the folder in `weights/` and what `--model` takes.
        family: `vae` or `gan`.
        study: the letter of the study it reproduces.
        pair: key of the `Pair` it is shown in.
        dataset: what it is trained on: `mnist`, `fashion-mnist`, `celeba`, or the name given to a
            folder of images.
        image_shape: (channels, height, width).
        image_range: lowest and highest pixel value the networks see; `generate` is always [0, 1].
        latent: number of latent dimensions, 1 to 1024.
        prior: `normal`, N(0, I), or `uniform`, U(-1, 1) in each dimension.
        network: `perceptron`, `convolutional` (32x32, study D), `strided` (64x64, study C) or
            `residual`.
        decoder_widths: hidden widths (or channels) of the decoder or generator, from z outwards.
        encoder_widths: hidden widths (or channels) of the encoder or discriminator, from x inwards.
        batch_norm: batch normalisation after each hidden layer.
        leak: slope of the hidden activations below 0; 0 is a plain ReLU.
        dropout: share of hidden units dropped in training, never in pictures.
        initialisation: `default` (PyTorch's), `xavier` (uniform, biases 0) or `dcgan` (N(0, .02)).
        beta: weight of the KL term in the ELBO (VAE only); 1 is the ELBO itself.
        reduction: whether a VAE's loss is summed over the batch or averaged.
        real_label: what D is told a real image is (GAN only); .9 is one-sided label smoothing.
        lr: Adam's learning rate.
        discriminator_lr: that of D, where it is another than G's (GAN only).
        cooldown: share of the run, at its end, over which the learning rate falls to 0.
        adam_betas: Adam's two decay rates.
        batch_size: images a step.
        epochs: passes over the training set; None where `steps` is set.
        steps: optimiser steps; None where `epochs` is set.
        precision: `float32`, or `bfloat16` autocast.
        loss: name of the objective (training/objectives.py). `cross-entropy`; `squared-error`:
            a VAE's reconstruction is then the mean squared error of an image's pixels, a GAN's
            loss that of LSGAN; `calibrated` (VAE), a Gaussian likelihood of the variance that fits
            best; `hinge` (GAN). With any but `cross-entropy` a VAE's decoder ends in a tanh, and a
            GAN's discriminator gives a score instead of a probability.
        pretraining: name of the VAE that it starts from; None starts from random weights. A GAN's
            generator starts with the trunk of that VAE's decoder (study C); a bridge starts with
            all of the VAE, and keeps its encoder as it is.
        adversarial: weight, 0 to 1, of what a discriminator says in the loss of a VAE's decoder,
            which makes the VAE a stop on the bridge to a GAN; None has no discriminator (VAE only).
        flip_every: every so many steps D's two targets swap (least squares only); 0 is never.
        label_noise: standard deviation of the noise on D's targets (least squares only).
        input_noise: standard deviation of the noise on the images D sees, in units of
            `image_range` (GAN only).
        mixed_batches: whether D learns from real and generated images in one batch, and G from D
            with the statistics of such batches (GAN only). Apart, D's batch norm takes the mean of
            either away, and with it whatever all pictures of a batch share: their tint, or a
            pattern on all of them.
        spectral_norm: whether D's weights are held to a spectral norm of 1 in training (GAN only).
        averaging: decay of the moving average of G's weights that draws the pictures (GAN only);
            0 draws with the last weights themselves.
        augmentation: whether D sees every image, real or generated, with other colours, shifted and
            with a hole (GAN only).
        patch: side, in pixels, of the squares in which the networks draw and see a picture: above
            1 none of their layers works at the picture's full size (residual only).
        mirror: whether each image is mirrored left to right half of the time.
        storage: how `model.safetensors` holds the weights: `float32` or `float16`.
        seed: what everything random in training is drawn from, 0 to 2**32 - 1.
        shipped: whether `--model all` trains it and `weights/` holds it.
    """

    name: str
    family: Family
    study: str
    pair: str
    dataset: str
    image_shape: tuple[int, int, int]
    image_range: tuple[float, float]
    latent: int
    prior: Prior
    network: Network
    decoder_widths: tuple[int, ...]
    encoder_widths: tuple[int, ...]
    batch_norm: bool
    leak: float
    dropout: float
    initialisation: Initialisation
    beta: float
    reduction: Reduction
    real_label: float
    lr: float
    adam_betas: tuple[float, float]
    batch_size: int
    epochs: int | None
    steps: int | None
    precision: Precision
    loss: str = "cross-entropy"
    pretraining: str | None = None
    flip_every: int = 0
    label_noise: float = 0.0
    input_noise: float = 0.0
    mixed_batches: bool = False
    spectral_norm: bool = False
    averaging: float = 0.0
    discriminator_lr: float | None = None
    cooldown: float = 0.0
    augmentation: bool = False
    adversarial: float | None = None
    patch: int = 1
    mirror: bool = False
    storage: Storage = "float32"
    seed: int = 0
    shipped: bool = True

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise UserError(problem)

    def total_steps(self, images: int) -> int:
        """Optimiser steps of a whole run on a training set of so many images.

        The last, smaller batch of an epoch counts as a step: no image is dropped.
        """
        if self.steps is not None:
            return self.steps
        assert self.epochs is not None
        return self.epochs * math.ceil(images / self.batch_size)

    def replace(self, **changes: Any) -> Recipe:
        """A copy with other values, checked like any Recipe."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> Recipe:
        """The Recipe that `to_dict` wrote, from a file that may be anything.

        Raises:
            UserError: a field is missing, unknown, of another type, or out of range.
        """
        if not isinstance(values, dict):
            raise UserError("A recipe must be a JSON object.")
        fields = {field.name: field for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - set(fields), key=str)
        if unknown:
            raise UserError(f"A recipe has no field {_shown(unknown[0])}.")
        missing = [
            name
            for name, field in fields.items()
            if name not in values and field.default is dataclasses.MISSING
        ]
        if missing:
            raise UserError(f"The recipe lacks the field {missing[0]!r}.")
        clean: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(**clean)


def _shown(value: Any) -> str:
    """A value for a sentence, cut short: it may come from a file and be of any size."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python refuses to write out a whole number of thousands of digits
        return "a number that long"


def _is_number(value: Any) -> bool:
    # A whole number may be too large to be told finite from infinite: no number of ours is so big.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1e300


def _is_count(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_widths(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and 1 <= len(value) <= 16
        and all(_is_count(width, 1, 16384) for width in value)
    )


def _problems(r: Recipe) -> list[str]:
    """What is wrong with a Recipe, a sentence each. Values may come from a file: trust no type."""
    choices = {
        "family": Family,
        "prior": Prior,
        "network": Network,
        "initialisation": Initialisation,
        "precision": Precision,
        "reduction": Reduction,
        "storage": Storage,
    }
    checks: list[tuple[bool, str]] = [
        (
            isinstance(r.name, str) and _NAME.fullmatch(r.name) is not None,
            f"A model's name is 1 to 64 small letters, digits, dots, dashes or underscores, "
            f"starting with a letter or digit; not {_shown(r.name)}.",
        ),
        (isinstance(r.study, str) and len(r.study) <= 64, "The study must be a short text."),
        (
            isinstance(r.dataset, str) and _NAME.fullmatch(r.dataset) is not None,
            f"The name of a data set is 1 to 64 small letters, digits, dots, dashes or "
            f"underscores, starting with a letter or digit; not {_shown(r.dataset)}.",
        ),
        (
            r.pretraining is None
            or (isinstance(r.pretraining, str) and _NAME.fullmatch(r.pretraining) is not None),
            f"pretraining must be the name of a VAE or none, not {_shown(r.pretraining)}.",
        ),
        (isinstance(r.pair, str) and len(r.pair) <= 64, "The pair must be a short text."),
        (
            isinstance(r.loss, str) and _NAME.fullmatch(r.loss) is not None,
            f"loss must be the name of one, like cross-entropy, not {_shown(r.loss)}.",
        ),
    ]
    for field, options in choices.items():
        value = getattr(r, field)
        names = get_args(options)
        options_text = " or ".join(names)
        checks.append((value in names, f"{field} must be {options_text}, not {_shown(value)}."))
    checks += [
        (
            isinstance(r.image_shape, tuple)
            and len(r.image_shape) == 3
            and _is_count(r.image_shape[0], 1, 3)
            and r.image_shape[0] != 2
            and all(_is_count(side, 8, 512) for side in r.image_shape[1:]),
            f"image_shape must be (1 or 3, height, width), not {_shown(r.image_shape)}.",
        ),
        (
            r.image_range in ((0.0, 1.0), (-1.0, 1.0)),
            f"image_range must be (0, 1) or (-1, 1), not {_shown(r.image_range)}.",
        ),
        (
            _is_count(r.latent, 1, MAX_LATENT),
            f"The latent size must be a whole number from 1 to {MAX_LATENT}, "
            f"not {_shown(r.latent)}.",
        ),
        (_is_widths(r.decoder_widths), "decoder_widths must be 1 to 16 whole numbers above 0."),
        (_is_widths(r.encoder_widths), "encoder_widths must be 1 to 16 whole numbers above 0."),
        (isinstance(r.batch_norm, bool), "batch_norm must be true or false."),
        (
            _is_number(r.leak) and 0 <= r.leak < 1,
            f"The leak must be in [0, 1), not {_shown(r.leak)}.",
        ),
        (
            _is_number(r.dropout) and 0 <= r.dropout < 1,
            f"The dropout must be in [0, 1), not {_shown(r.dropout)}.",
        ),
        (
            _is_number(r.beta) and 0 <= r.beta <= 1e6,
            f"beta must be in [0, 1000000], not {_shown(r.beta)}.",
        ),
        (
            _is_number(r.real_label) and 0 < r.real_label <= 1,
            f"The real label must be in (0, 1], not {_shown(r.real_label)}.",
        ),
        (
            _is_number(r.lr) and 0 < r.lr <= 1,
            f"The learning rate must be in (0, 1], not {_shown(r.lr)}.",
        ),
        (
            isinstance(r.adam_betas, tuple)
            and len(r.adam_betas) == 2
            and all(_is_number(beta) and 0 <= beta < 1 for beta in r.adam_betas),
            f"Adam's betas must be two numbers in [0, 1), not {_shown(r.adam_betas)}.",
        ),
        (
            _is_count(r.batch_size, 2, 65536),
            f"The batch size must be a whole number from 2 to 65536, not {_shown(r.batch_size)}.",
        ),
        ((r.epochs is None) != (r.steps is None), "Set either epochs or steps, not both."),
        (
            r.epochs is None or _is_count(r.epochs, 1, 10**6),
            f"epochs must be a whole number from 1 to 1000000, not {_shown(r.epochs)}.",
        ),
        (
            r.steps is None or _is_count(r.steps, 1, 10**9),
            f"steps must be a whole number from 1 to 1000000000, not {_shown(r.steps)}.",
        ),
        (
            _is_count(r.seed, 0, MAX_SEED),
            f"The seed must be a whole number from 0 to {MAX_SEED}, not {_shown(r.seed)}.",
        ),
        (
            _is_count(r.flip_every, 0, 10**9),
            f"flip_every must be a whole number from 0 to 1000000000, not {_shown(r.flip_every)}.",
        ),
        (
            _is_number(r.label_noise) and 0 <= r.label_noise <= 10,
            f"The label noise must be in [0, 10], not {_shown(r.label_noise)}.",
        ),
        (
            _is_number(r.input_noise) and 0 <= r.input_noise <= 10,
            f"The input noise must be in [0, 10], not {_shown(r.input_noise)}.",
        ),
        (isinstance(r.mixed_batches, bool), "mixed_batches must be true or false."),
        (isinstance(r.spectral_norm, bool), "spectral_norm must be true or false."),
        (
            _is_number(r.averaging) and 0 <= r.averaging < 1,
            f"The averaging must be in [0, 1), not {_shown(r.averaging)}.",
        ),
        (
            r.discriminator_lr is None
            or (_is_number(r.discriminator_lr) and 0 < r.discriminator_lr <= 1),
            f"The discriminator's learning rate must be in (0, 1], not "
            f"{_shown(r.discriminator_lr)}.",
        ),
        (
            _is_number(r.cooldown) and 0 <= r.cooldown <= 1,
            f"The cooldown must be in [0, 1], not {_shown(r.cooldown)}.",
        ),
        (isinstance(r.augmentation, bool), "augmentation must be true or false."),
        (
            r.adversarial is None or (_is_number(r.adversarial) and 0 <= r.adversarial <= 1),
            f"The adversarial weight must be in [0, 1] or none, not {_shown(r.adversarial)}.",
        ),
        (
            _is_count(r.patch, 1, 16),
            f"The patch must be a whole number of pixels from 1 to 16, not {_shown(r.patch)}.",
        ),
        (isinstance(r.mirror, bool), "mirror must be true or false."),
        (isinstance(r.shipped, bool), "shipped must be true or false."),
    ]
    problems = [sentence for fine, sentence in checks if not fine]
    return problems or [*_shape_problems(r), *_conflicts(r)]


def _conflicts(r: Recipe) -> list[str]:
    """Settings that are fine alone but not together."""
    conflicts = [
        (
            (r.flip_every or r.label_noise) and (r.family != "gan" or r.loss != "squared-error"),
            "Label flips and label noise belong to a GAN with the squared-error loss.",
        ),
        (
            (r.input_noise or r.mixed_batches) and r.family != "gan",
            "Input noise and mixed batches belong to a GAN's discriminator.",
        ),
        (
            r.discriminator_lr is not None and r.family != "gan",
            "A learning rate of the discriminator belongs to a GAN.",
        ),
        (
            r.averaging and r.family != "gan",
            "Averaging belongs to a GAN's generator.",
        ),
        (
            r.augmentation and r.family != "gan",
            "Augmentation belongs to a GAN's discriminator.",
        ),
        (
            r.augmentation and r.input_noise,
            "Augmentation and input noise are two answers to one question: choose one.",
        ),
        (
            r.spectral_norm and r.family != "gan",
            "Spectral normalisation belongs to a GAN's discriminator.",
        ),
        (
            r.pretraining
            and r.adversarial is None
            and (r.family != "gan" or r.network != "strided"),
            "Pre-training belongs to a GAN with strided networks (study C), or to a bridge.",
        ),
        (
            r.adversarial is not None
            and (r.family != "vae" or r.network != "residual" or not r.pretraining),
            "The adversarial weight belongs to a VAE with residual networks that starts from "
            "another one.",
        ),
        (
            r.patch != 1 and r.network != "residual",
            "A patch of more than one pixel belongs to residual networks.",
        ),
        (
            r.loss != "cross-entropy" and r.real_label != 1,
            "The real label belongs to a GAN with the cross-entropy loss.",
        ),
        (
            r.loss != "cross-entropy" and r.image_range != (-1.0, 1.0),
            f"The {r.loss} loss needs images in (-1, 1).",
        ),
    ]
    return [sentence for wrong, sentence in conflicts if wrong]


def _shape_problems(r: Recipe) -> list[str]:
    """Whether convolutions that halve and double an image end at its size; all else is fine."""
    height, width = r.image_shape[1:]
    if r.network == "strided":
        halvings = 2 ** max(len(r.decoder_widths), len(r.encoder_widths))
        if height % halvings or width % halvings:
            return [f"Images of {height} by {width} can't be halved down by {halvings}."]
        return []
    if r.network == "residual":
        halvings = r.patch * 2 ** max(len(r.decoder_widths) - 1, len(r.encoder_widths))
        if height % halvings or width % halvings:
            return [f"Images of {height} by {width} can't be halved down by {halvings}."]
        return []
    if r.network != "convolutional":
        return []
    if r.family == "gan":
        sides = {4 * 2 ** len(widths) for widths in (r.decoder_widths, r.encoder_widths)}
        if sides != {height} or sides != {width}:
            made = " and ".join(map(str, sorted(sides)))
            return [f"With these widths the convolutions need {made} pixels, not {height}x{width}."]
        return []
    halvings = 2 ** (max(len(r.decoder_widths), len(r.encoder_widths)) // 2)
    if height % halvings or width % halvings:
        return [f"Images of {height} by {width} can't be halved down by {halvings}."]
    return []
