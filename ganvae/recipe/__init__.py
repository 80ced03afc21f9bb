"""What a Recipe is: all that decides what a trained model computes."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

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
from ganvae.recipe.rules import problems, shown

__all__ = ["MAX_COMPONENTS", "MAX_LATENT", "MAX_SEED", "Family", "Network", "Prior", "Recipe"]


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
            best; `hinge`, `relativistic` (GAN). With any but `cross-entropy` a VAE's decoder ends
            in a tanh, and a GAN's discriminator gives a score instead of a probability.
        pretraining: name of the VAE that it starts from; None starts from random weights. A GAN's
            generator starts with the trunk of that VAE's decoder (study C); a bridge starts with
            all of the VAE, and keeps its encoder as it is.
        adversarial: weight, 0 to 1, of what a discriminator says in the loss of a VAE's decoder,
            which makes the VAE a stop on the bridge to a GAN; None has no discriminator (VAE only).
        judge: name of the GAN whose discriminator that of a bridge starts as; None starts a fresh
            one.
        flip_every: every so many steps D's two targets swap (least squares only); 0 is never.
        label_noise: standard deviation of the noise on D's targets (least squares only).
        input_noise: standard deviation of the noise on the images D sees, in units of
            `image_range` (GAN only).
        mixed_batches: whether D learns from real and generated images in one batch, and G from D
            with the statistics of such batches (GAN only). Apart, D's batch norm takes the mean of
            either away, and with it whatever all pictures of a batch share: their tint, or a
            pattern on all of them.
        spectral_norm: whether D's weights are held to a spectral norm of 1 in training (GAN only).
        gradient_penalty: weight of the penalties R1 and R2 on how steep D is at real and at
            generated images (training/penalties.py; GAN only); 0 has none.
        penalty_every: the penalties are computed in every so many steps alone, and count as many
            times there (GAN only).
        minibatch_deviation: whether D is told how much the images of a batch differ from one
            another (GAN with residual networks only).
        one_pass: whether D and G learn from one pass of D (training/updates/gan.py), which takes a
            loss with a slope everywhere, and a D that scores each image by itself (GAN only).
        averaging: decay of the moving average of G's weights that draws the pictures (GAN only);
            0 draws with the last weights themselves.
        augmentation: whether D sees every image, real or generated, with other colours, shifted and
            with a hole (GAN only).
        augmentation_start: share of the run after which that begins, the probability of each change
            rising in a line from 0 there to `augmentation_limit` at the end; None has it
            from the first step, at `augmentation_limit`.
        augmentation_limit: the probability of each of the three changes, in the end.
        patch: side, in pixels, of the squares in which the networks draw and see a picture: above
            1 none of their layers works at the picture's full size (residual only).
        components: Gaussians in the mixture that is fitted to the encodings after training, to draw
            from in place of the prior (VAE only).
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
    augmentation_start: float | None = None
    augmentation_limit: float = 1.0
    gradient_penalty: float = 0.0
    penalty_every: int = 1
    minibatch_deviation: bool = False
    one_pass: bool = False
    adversarial: float | None = None
    judge: str | None = None
    patch: int = 1
    components: int = COMPONENTS
    mirror: bool = False
    storage: Storage = "float32"
    seed: int = 0
    shipped: bool = True

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
