"""What is wrong with a Recipe, in sentences: its values may come from a file."""

from __future__ import annotations

import re
import reprlib
from typing import TYPE_CHECKING, Any, get_args

from ganvae.recipe.choices import (
    COMPONENTS,
    MAX_COMPONENTS,
    MAX_LATENT,
    MAX_SEED,
    Family,
    Initialisation,
    Network,
    Precision,
    Prior,
    Reduction,
    Storage,
)

if TYPE_CHECKING:
    from ganvae.recipe import Recipe

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def shown(value: Any) -> str:
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


def problems(r: Recipe) -> list[str]:
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
            f"starting with a letter or digit; not {shown(r.name)}.",
        ),
        (isinstance(r.study, str) and len(r.study) <= 64, "The study must be a short text."),
        (
            isinstance(r.dataset, str) and _NAME.fullmatch(r.dataset) is not None,
            f"The name of a data set is 1 to 64 small letters, digits, dots, dashes or "
            f"underscores, starting with a letter or digit; not {shown(r.dataset)}.",
        ),
        (
            r.pretraining is None
            or (isinstance(r.pretraining, str) and _NAME.fullmatch(r.pretraining) is not None),
            f"pretraining must be the name of a VAE or none, not {shown(r.pretraining)}.",
        ),
        (
            r.judge is None or (isinstance(r.judge, str) and _NAME.fullmatch(r.judge) is not None),
            f"judge must be the name of a GAN or none, not {shown(r.judge)}.",
        ),
        (isinstance(r.pair, str) and len(r.pair) <= 64, "The pair must be a short text."),
        (
            isinstance(r.loss, str) and _NAME.fullmatch(r.loss) is not None,
            f"loss must be the name of one, like cross-entropy, not {shown(r.loss)}.",
        ),
    ]
    for field, options in choices.items():
        value = getattr(r, field)
        names = get_args(options)
        options_text = " or ".join(names)
        checks.append((value in names, f"{field} must be {options_text}, not {shown(value)}."))
    checks += [
        (
            isinstance(r.image_shape, tuple)
            and len(r.image_shape) == 3
            and _is_count(r.image_shape[0], 1, 3)
            and r.image_shape[0] != 2
            and all(_is_count(side, 8, 512) for side in r.image_shape[1:]),
            f"image_shape must be (1 or 3, height, width), not {shown(r.image_shape)}.",
        ),
        (
            r.image_range in ((0.0, 1.0), (-1.0, 1.0)),
            f"image_range must be (0, 1) or (-1, 1), not {shown(r.image_range)}.",
        ),
        (
            _is_count(r.latent, 1, MAX_LATENT),
            f"The latent size must be a whole number from 1 to {MAX_LATENT}, "
            f"not {shown(r.latent)}.",
        ),
        (_is_widths(r.decoder_widths), "decoder_widths must be 1 to 16 whole numbers above 0."),
        (_is_widths(r.encoder_widths), "encoder_widths must be 1 to 16 whole numbers above 0."),
        (isinstance(r.batch_norm, bool), "batch_norm must be true or false."),
        (
            _is_number(r.leak) and 0 <= r.leak < 1,
            f"The leak must be in [0, 1), not {shown(r.leak)}.",
        ),
        (
            _is_number(r.dropout) and 0 <= r.dropout < 1,
            f"The dropout must be in [0, 1), not {shown(r.dropout)}.",
        ),
        (
            _is_number(r.beta) and 0 <= r.beta <= 1e6,
            f"beta must be in [0, 1000000], not {shown(r.beta)}.",
        ),
        (
            _is_number(r.real_label) and 0 < r.real_label <= 1,
            f"The real label must be in (0, 1], not {shown(r.real_label)}.",
        ),
        (
            _is_number(r.lr) and 0 < r.lr <= 1,
            f"The learning rate must be in (0, 1], not {shown(r.lr)}.",
        ),
        (
            isinstance(r.adam_betas, tuple)
            and len(r.adam_betas) == 2
            and all(_is_number(beta) and 0 <= beta < 1 for beta in r.adam_betas),
            f"Adam's betas must be two numbers in [0, 1), not {shown(r.adam_betas)}.",
        ),
        (
            _is_count(r.batch_size, 2, 65536),
            f"The batch size must be a whole number from 2 to 65536, not {shown(r.batch_size)}.",
        ),
        ((r.epochs is None) != (r.steps is None), "Set either epochs or steps, not both."),
        (
            r.epochs is None or _is_count(r.epochs, 1, 10**6),
            f"epochs must be a whole number from 1 to 1000000, not {shown(r.epochs)}.",
        ),
        (
            r.steps is None or _is_count(r.steps, 1, 10**9),
            f"steps must be a whole number from 1 to 1000000000, not {shown(r.steps)}.",
        ),
        (
            _is_count(r.seed, 0, MAX_SEED),
            f"The seed must be a whole number from 0 to {MAX_SEED}, not {shown(r.seed)}.",
        ),
        (
            _is_count(r.flip_every, 0, 10**9),
            f"flip_every must be a whole number from 0 to 1000000000, not {shown(r.flip_every)}.",
        ),
        (
            _is_number(r.label_noise) and 0 <= r.label_noise <= 10,
            f"The label noise must be in [0, 10], not {shown(r.label_noise)}.",
        ),
        (
            _is_number(r.input_noise) and 0 <= r.input_noise <= 10,
            f"The input noise must be in [0, 10], not {shown(r.input_noise)}.",
        ),
        (isinstance(r.mixed_batches, bool), "mixed_batches must be true or false."),
        (isinstance(r.spectral_norm, bool), "spectral_norm must be true or false."),
        (
            _is_number(r.averaging) and 0 <= r.averaging < 1,
            f"The averaging must be in [0, 1), not {shown(r.averaging)}.",
        ),
        (
            r.discriminator_lr is None
            or (_is_number(r.discriminator_lr) and 0 < r.discriminator_lr <= 1),
            f"The discriminator's learning rate must be in (0, 1], not "
            f"{shown(r.discriminator_lr)}.",
        ),
        (
            _is_number(r.cooldown) and 0 <= r.cooldown <= 1,
            f"The cooldown must be in [0, 1], not {shown(r.cooldown)}.",
        ),
        (isinstance(r.augmentation, bool), "augmentation must be true or false."),
        (
            r.augmentation_start is None
            or (_is_number(r.augmentation_start) and 0 <= r.augmentation_start < 1),
            f"The start of the augmentation must be in [0, 1) or none, not "
            f"{shown(r.augmentation_start)}.",
        ),
        (
            _is_number(r.augmentation_limit) and 0 < r.augmentation_limit <= 1,
            f"The limit of the augmentation must be in (0, 1], not {shown(r.augmentation_limit)}.",
        ),
        (
            _is_number(r.gradient_penalty) and 0 <= r.gradient_penalty <= 1e6,
            f"The gradient penalty must be in [0, 1000000], not {shown(r.gradient_penalty)}.",
        ),
        (
            _is_count(r.penalty_every, 1, 10**9),
            f"penalty_every must be a whole number from 1 to 1000000000, not "
            f"{shown(r.penalty_every)}.",
        ),
        (isinstance(r.minibatch_deviation, bool), "minibatch_deviation must be true or false."),
        (isinstance(r.one_pass, bool), "one_pass must be true or false."),
        (
            r.adversarial is None or (_is_number(r.adversarial) and 0 <= r.adversarial <= 1),
            f"The adversarial weight must be in [0, 1] or none, not {shown(r.adversarial)}.",
        ),
        (
            _is_count(r.patch, 1, 16),
            f"The patch must be a whole number of pixels from 1 to 16, not {shown(r.patch)}.",
        ),
        (
            _is_count(r.components, 1, MAX_COMPONENTS),
            f"Components must be a whole number from 1 to {MAX_COMPONENTS}, not "
            f"{shown(r.components)}.",
        ),
        (isinstance(r.mirror, bool), "mirror must be true or false."),
        (isinstance(r.shipped, bool), "shipped must be true or false."),
    ]
    found = [sentence for fine, sentence in checks if not fine]
    return found or [*_shape_problems(r), *_conflicts(r)]


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
            (r.augmentation_start is not None or r.augmentation_limit != 1) and not r.augmentation,
            "The augmentation's start and limit belong to a recipe with augmentation.",
        ),
        (
            r.augmentation_start is not None and r.steps is None,
            "Augmentation that comes in late needs a run whose length is set in steps.",
        ),
        (
            r.gradient_penalty and r.family != "gan",
            "The gradient penalty belongs to a GAN's discriminator.",
        ),
        (
            r.gradient_penalty and r.mixed_batches,
            "With a gradient penalty D sees real and generated images apart: no mixed batches.",
        ),
        (
            r.penalty_every != 1 and not r.gradient_penalty,
            "penalty_every belongs to a recipe with a gradient penalty.",
        ),
        (
            r.minibatch_deviation and (r.family != "gan" or r.network != "residual"),
            "The minibatch deviation belongs to a GAN with residual networks.",
        ),
        (
            r.one_pass
            and (
                r.family != "gan"
                or r.network != "residual"
                or r.loss not in ("cross-entropy", "relativistic")
                or r.minibatch_deviation
            ),
            "One pass for both networks takes a GAN with residual networks, with the cross-entropy "
            "or relativistic loss, and without the minibatch deviation.",
        ),
        (
            r.spectral_norm and r.family != "gan",
            "Spectral normalisation belongs to a GAN's discriminator.",
        ),
        (
            r.pretraining
            and r.adversarial is None
            and (r.family != "gan" or r.network not in ("strided", "residual")),
            "Pre-training belongs to a GAN with strided or residual networks, or to a bridge.",
        ),
        (
            r.adversarial is not None
            and (r.family != "vae" or r.network != "residual" or not r.pretraining),
            "The adversarial weight belongs to a VAE with residual networks that starts from "
            "another one.",
        ),
        (
            r.judge and r.adversarial is None,
            "A judge belongs to a bridge.",
        ),
        (
            r.components != COMPONENTS and r.family != "vae",
            "Components belong to the fitted prior of a VAE.",
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
