"""What a Recipe is: all that decides what a trained model computes."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, get_args

from ganvae.errors import UserError
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
from ganvae.recipe.kinds import (
    Choice,
    Count,
    Flag,
    ImageShape,
    Maybe,
    Name,
    Number,
    PixelRange,
    Text,
    Two,
    Widths,
    shown,
)
from ganvae.recipe.rules import problems
from ganvae.recipe.setting import Need, Option, setting


def _of_a_gan(sentence: str) -> Need:
    return Need(lambda recipe: recipe.family == "gan", sentence)


def _of_least_squares(recipe: Recipe) -> bool:
    return recipe.family == "gan" and recipe.loss == "squared-error"


def _can_learn_at_once(recipe: Recipe) -> bool:
    return (
        recipe.family == "gan"
        and recipe.network == "residual"
        and recipe.loss in ("cross-entropy", "relativistic")
        and not recipe.minibatch_deviation
    )


_SQUARED = Need(
    _of_least_squares, "Label flips and label noise belong to a GAN with the squared-error loss."
)
_DISTURBED = _of_a_gan("Input noise and mixed batches belong to a GAN's discriminator.")
_AUGMENTED = Need(
    lambda recipe: recipe.augmentation,
    "The augmentation's start and limit belong to a recipe with augmentation.",
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All that decides what a trained model computes.

    Each field says itself what it is, what values it takes and what it belongs to (setting.py): the
    checks, train.py's options, docs/settings.md and the cards follow from that. A new one goes to
    the end, above `seed`: names of results name what differs in the order of the fields.

    Raises:
        UserError: a value is of another type or out of its range, or two do not go together.
    """

    name: str = setting(
        Name(),
        "The folder in weights/, and what train.py takes",
        "what",
        label="A model's name",
        option=False,
    )
    family: Family = setting(
        Choice(get_args(Family)), "Which of the two it is", "what", option=False
    )
    study: str = setting(
        Text(),
        "The letter of the study that it reproduces",
        "what",
        label="The study",
        option=False,
    )
    pair: str = setting(
        Text(), "Key of the pair that it is shown in", "what", label="The pair", option=False
    )
    dataset: str = setting(
        Name(),
        "What it is trained on: a set by its name, or a folder of images, nested or not",
        "data",
        label="The name of a data set",
        option=Option("dataset", metavar="NAME|FOLDER"),
    )
    image_shape: tuple[int, int, int] = setting(
        ImageShape(), "Channels, height and width of an image", "data", option=False
    )
    image_range: tuple[float, float] = setting(
        PixelRange(),
        "Lowest and highest pixel value that the networks see; pictures are always in [0, 1]",
        "data",
        option=False,
    )
    epochs: int | None = setting(
        Maybe(Count(1, 10**6), said=False),
        "Passes over the training set, in place of steps",
        "how long",
    )
    steps: int | None = setting(
        Maybe(Count(1, 10**9), said=False), "Steps of the optimiser, in place of epochs", "how long"
    )
    batch_size: int = setting(Count(2, 65536), "Images a step", "how long", label="The batch size")
    lr: float = setting(
        Number(0, 1, low_open=True),
        "Adam's learning rate",
        "optimiser",
        label="The learning rate",
    )
    discriminator_lr: float | None = setting(
        Maybe(Number(0, 1, low_open=True), said=False),
        "Adam's learning rate for D, where it is another than G's",
        "optimiser",
        default=None,
        label="The discriminator's learning rate",
        family="gan",
        needs=(_of_a_gan("A learning rate of the discriminator belongs to a GAN."),),
    )
    cooldown: float = setting(
        Number(0, 1),
        "Share of the run, at its end, over which the learning rate falls to 0",
        "optimiser",
        default=0.0,
        label="The cooldown",
    )
    adam_betas: tuple[float, float] = setting(
        Two(Number(0, 1, high_open=True)),
        "Adam's two decay rates",
        "optimiser",
        label="Adam's betas",
        option=(
            Option("adam-beta1", "Adam's first decay rate", index=0),
            Option("adam-beta2", "Adam's second decay rate", index=1),
        ),
    )
    beta: float = setting(
        Number(0, 1_000_000),
        "Weight of the KL term; 1 is the ELBO itself",
        "objective",
        family="vae",
    )
    components: int = setting(
        Count(1, MAX_COMPONENTS),
        "Gaussians in the mixture that is fitted to the encodings after training, to draw from in "
        "place of the prior",
        "objective",
        default=COMPONENTS,
        label="Components",
        family="vae",
        needs=(
            Need(
                lambda recipe: recipe.family == "vae",
                "Components belong to the fitted prior of a VAE.",
            ),
        ),
    )
    dropout: float = setting(
        Number(0, 1, high_open=True),
        "Share of hidden units dropped in training, never in pictures",
        "what",
        label="The dropout",
        family="gan",
    )
    leak: float = setting(
        Number(0, 1, high_open=True),
        "Slope of the hidden activations below 0; 0 is a plain ReLU",
        "what",
        label="The leak",
    )
    real_label: float = setting(
        Number(0, 1, low_open=True),
        "What D is told a real image is; .9 is one-sided label smoothing",
        "objective",
        label="The real label",
        family="gan",
        off=1.0,
        needs=(
            Need(
                lambda recipe: recipe.loss == "cross-entropy",
                "The real label belongs to a GAN with the cross-entropy loss.",
            ),
        ),
    )
    flip_every: int = setting(
        Count(0, 10**9),
        "D's two targets swap in every step of so many, 0 for never (least squares)",
        "objective",
        default=0,
        family="gan",
        needs=(_SQUARED,),
    )
    label_noise: float = setting(
        Number(0, 10),
        "Standard deviation of the noise on D's targets (least squares)",
        "objective",
        default=0.0,
        label="The label noise",
        family="gan",
        needs=(_SQUARED,),
    )
    input_noise: float = setting(
        Number(0, 10),
        "Standard deviation of the noise on the images that D sees, in units of their range",
        "objective",
        default=0.0,
        label="The input noise",
        family="gan",
        needs=(_DISTURBED,),
    )
    # A GAN's generator starts with the trunk of that VAE's decoder (study C); a bridge starts with
    # all of the VAE, and keeps its encoder as it is.
    pretraining: str | None = setting(
        Maybe(Name("a VAE")),
        "VAE in --weights that it starts from, fresh to train one first, or none",
        "what",
        default=None,
        family="gan",
        needs=(
            Need(
                lambda recipe: (
                    recipe.adversarial is not None
                    or (recipe.family == "gan" and recipe.network in ("strided", "residual"))
                ),
                "Pre-training belongs to a GAN with strided or residual networks, or to a bridge.",
            ),
        ),
        option=Option("pretraining", metavar="NAME", none="none"),
    )
    adversarial: float | None = setting(
        Maybe(Number(0, 1)),
        "Weight of what a discriminator says in the loss of a VAE's decoder, which makes the VAE a "
        "stop on the bridge to a GAN; none has no discriminator",
        "objective",
        default=None,
        label="The adversarial weight",
        family="vae",
        needs=(
            Need(
                lambda recipe: (
                    recipe.family == "vae" and recipe.network == "residual" and recipe.pretraining
                ),
                "The adversarial weight belongs to a VAE with residual networks that starts from "
                "another one.",
            ),
        ),
        option=False,
    )
    judge: str | None = setting(
        Maybe(Name("a GAN")),
        "GAN in --weights whose discriminator that of a bridge starts as, or none for a fresh one",
        "what",
        default=None,
        family="vae",
        needs=(
            Need(lambda recipe: recipe.adversarial is not None, "A judge belongs to a bridge."),
        ),
        option=Option("judge", metavar="NAME", none="none"),
    )
    # Apart, D's batch norm takes the mean of either away, and with it whatever all pictures of a
    # batch share: their tint, or a pattern on all of them.
    mixed_batches: bool = setting(
        Flag(),
        "D learns from real and generated images in one batch, and G from D with the statistics of "
        "such batches",
        "objective",
        default=False,
        family="gan",
        needs=(_DISTURBED,),
    )
    # With any but cross-entropy a VAE's decoder ends in a tanh, and a GAN's discriminator gives a
    # score instead of a probability. Mean squared error of an image's pixels for a VAE, that of
    # LSGAN for a GAN; calibrated: a Gaussian likelihood of the variance that fits best.
    loss: str = setting(
        Name("one, like cross-entropy"),
        "The objective: cross-entropy, squared-error, calibrated (VAE), hinge or relativistic "
        "(GAN)",
        "objective",
        default="cross-entropy",
        needs=(
            Need(
                lambda recipe: recipe.image_range == (-1.0, 1.0),
                "The {value} loss needs images in (-1, 1).",
            ),
        ),
        option=Option("loss", metavar="NAME"),
    )
    averaging: float = setting(
        Number(0, 1, high_open=True),
        "Decay of the moving average of G's weights that draws the pictures; 0 draws with the last "
        "weights themselves",
        "optimiser",
        default=0.0,
        label="The averaging",
        family="gan",
        needs=(_of_a_gan("Averaging belongs to a GAN's generator."),),
    )
    spectral_norm: bool = setting(
        Flag(),
        "Hold D's weights to a spectral norm of 1 in training",
        "objective",
        default=False,
        family="gan",
        needs=(_of_a_gan("Spectral normalisation belongs to a GAN's discriminator."),),
    )
    augmentation: bool = setting(
        Flag(),
        "D sees every image, real or generated, with other colours, shifted and with a hole",
        "data",
        default=False,
        family="gan",
        needs=(
            _of_a_gan("Augmentation belongs to a GAN's discriminator."),
            Need(
                lambda recipe: not recipe.input_noise,
                "Augmentation and input noise are two answers to one question: choose one.",
            ),
        ),
    )
    mirror: bool = setting(
        Flag(), "Mirror images left to right half of the time", "data", default=False
    )
    encoder_widths: tuple[int, ...] = setting(
        Widths(),
        "Hidden widths or channels of the encoder or discriminator, from x inwards",
        "what",
        option=Option("encoder-widths", metavar="W,W,…"),
    )
    decoder_widths: tuple[int, ...] = setting(
        Widths(),
        "Hidden widths or channels of the decoder or generator, from z outwards",
        "what",
        option=Option("decoder-widths", metavar="W,W,…"),
    )
    patch: int = setting(
        Count(1, 16, "pixels"),
        "Side of the squares of pixels that the networks draw and see as one: above 1 no layer "
        "works at the picture's full size (residual networks)",
        "what",
        default=1,
        label="The patch",
        needs=(
            Need(
                lambda recipe: recipe.network == "residual",
                "A patch of more than one pixel belongs to residual networks.",
            ),
        ),
    )
    latent: int = setting(
        Count(1, MAX_LATENT),
        "Number of latent dimensions",
        "what",
        label="The latent size",
        option=Option("latent", own=True),
    )
    prior: Prior = setting(
        Choice(get_args(Prior)),
        "What z is drawn from: N(0, I), or U(-1, 1) in each dimension",
        "what",
        family="gan",
    )
    network: Network = setting(
        Choice(get_args(Network)),
        "perceptron, convolutional (32x32, study D), strided (64x64, study C) or residual",
        "what",
        option=False,
    )
    batch_norm: bool = setting(
        Flag(), "Batch normalisation after each hidden layer", "what", option=False
    )
    initialisation: Initialisation = setting(
        Choice(get_args(Initialisation)),
        "PyTorch's default, xavier (uniform, biases 0) or dcgan (N(0, .02))",
        "what",
        option=False,
    )
    reduction: Reduction = setting(
        Choice(get_args(Reduction)),
        "Whether a VAE's loss is summed over the batch or averaged",
        "objective",
        family="vae",
        option=False,
    )
    precision: Precision = setting(
        Choice(get_args(Precision)),
        "In what a step is computed: float32, or bfloat16 by autocast",
        "optimiser",
    )
    storage: Storage = setting(
        Choice(get_args(Storage)),
        "How model.safetensors holds the weights",
        "output",
        default="float32",
        option=False,
    )
    augmentation_start: float | None = setting(
        Maybe(Number(0, 1, high_open=True)),
        "Share of the run after which augmentation begins, each change's probability rising from 0 "
        "to the limit in a line; none is at the limit from the first step",
        "data",
        default=None,
        label="The start of the augmentation",
        family="gan",
        needs=(
            _AUGMENTED,
            Need(
                lambda recipe: recipe.steps is not None,
                "Augmentation that comes in late needs a run whose length is set in steps.",
            ),
        ),
    )
    augmentation_limit: float = setting(
        Number(0, 1, low_open=True),
        "Probability of each of augmentation's three changes of an image, in the end",
        "data",
        default=1.0,
        label="The limit of the augmentation",
        family="gan",
        needs=(_AUGMENTED,),
    )
    # Mescheder et al., "Which training methods for GANs do actually converge?", ICML 2018.
    gradient_penalty: float = setting(
        Number(0, 1_000_000),
        "Weight of the penalties R1 and R2 on how steep D is at real and at generated images; 0 "
        "has none",
        "objective",
        default=0.0,
        label="The gradient penalty",
        family="gan",
        needs=(
            _of_a_gan("The gradient penalty belongs to a GAN's discriminator."),
            Need(
                lambda recipe: not recipe.mixed_batches,
                "With a gradient penalty D sees real and generated images apart: no mixed batches.",
            ),
        ),
    )
    penalty_every: int = setting(
        Count(1, 10**9),
        "The penalties are computed in one of so many steps alone, and count as many times there",
        "objective",
        default=1,
        family="gan",
        needs=(
            Need(
                lambda recipe: recipe.gradient_penalty,
                "penalty_every belongs to a recipe with a gradient penalty.",
            ),
        ),
    )
    minibatch_deviation: bool = setting(
        Flag(),
        "D is told how much the images of a batch differ from one another (residual networks)",
        "what",
        default=False,
        family="gan",
        needs=(
            Need(
                lambda recipe: recipe.family == "gan" and recipe.network == "residual",
                "The minibatch deviation belongs to a GAN with residual networks.",
            ),
        ),
    )
    # Shen et al., "Training generative adversarial networks in one stage", CVPR 2021; it takes a
    # loss with a slope everywhere, and a D that scores each image by itself.
    one_pass: bool = setting(
        Flag(),
        "D and G learn from one pass of D (residual networks)",
        "objective",
        default=False,
        family="gan",
        needs=(
            Need(
                _can_learn_at_once,
                "One pass for both networks takes a GAN with residual networks, with the "
                "cross-entropy or relativistic loss, and without the minibatch deviation.",
            ),
        ),
    )
    seed: int = setting(
        Count(0, MAX_SEED),
        "What everything random in training is drawn from",
        "how long",
        default=0,
        label="The seed",
    )
    shipped: bool = setting(
        Flag(),
        "Whether `fit all` trains it and weights/ holds it",
        "output",
        default=True,
        option=False,
    )

    def __post_init__(self) -> None:
        for problem in problems(self):
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
            raise UserError(f"A recipe has no field {shown(unknown[0])}.")
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
