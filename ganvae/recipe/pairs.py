"""What is shown together: pairs of a VAE and a GAN, and bridges that lead from one to the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Models that are shown side by side.

    Attributes:
        key: what the page's address says, for example `digits-convolutional`.
        title: what the page shows.
        hint: one sentence on what to look for.
        fitted: open with the VAE's samples from its fitted prior, not from N(0, I).
    """

    key: str
    title: str
    hint: str
    fitted: bool = False


# The first is what the page opens with: the one whose difference is seen at once.
PAIRS: tuple[Pair, ...] = (
    Pair(
        "faces-tuned",
        "Faces, tuned",
        "Look at hair, teeth and background: the best VAE that we could train at this size smooths "
        "them away, the GAN draws them, sometimes wrong.",
        fitted=True,
    ),
    Pair(
        "faces",
        "Faces",
        "As study C trained them. Look at hair and edges: the VAE smooths them away, the GAN draws "
        "them, and often draws them wrong.",
    ),
    Pair(
        "digits-convolutional",
        "Digits, convolutional",
        "Look at the edges of the strokes: the VAE softens them, the GAN cuts them hard and "
        "now and then draws something that is no digit.",
    ),
    Pair(
        "digits-tuned",
        "Digits, tuned",
        "Both are trained as well as we know how to at this size: see how little is left of the "
        "blur, and of the broken digits.",
        fitted=True,
    ),
    Pair(
        "digits-perceptrons",
        "Digits, perceptrons",
        "Look around the strokes: the VAE leaves a soft haze, the GAN leaves specks that its "
        "discriminator never learned to see.",
    ),
    Pair(
        "digits-small",
        "Digits, small",
        "Both networks are small: see which of the two copes better with little capacity.",
    ),
)


# From the VAE itself to nearly a GAN: the weight of the adversarial term at each stop.
STOPS = (0.0, 0.05, 0.2, 0.5, 0.9)


@dataclass(frozen=True)
class Bridge:
    """Models that lead from a VAE to a GAN, all with one encoder and one latent space.

    Attributes:
        key: the pair that its models name as theirs, and the start of their names.
        title, hint: what the page says of it.
        vae: name of the VAE that all start from.
    """

    key: str
    title: str
    hint: str
    vae: str

    @property
    def stops(self) -> tuple[str, ...]:
        """Names of its models, the VAE's end first."""
        return tuple(f"{self.key}-{number}" for number in range(len(STOPS)))


BRIDGES: tuple[Bridge, ...] = (
    Bridge(
        "bridge-digits",
        "Digits",
        "Drag from the VAE to the GAN: the strokes become crisp, and stop being those of the image "
        "that was encoded.",
        "tuned-vae-digits",
    ),
    Bridge(
        "bridge-faces",
        "Faces",
        "Drag from the VAE to the GAN: skin and hair get the grain that the VAE leaves out, which "
        "need not be that of the photograph.",
        "tuned-vae-faces",
    ),
)
