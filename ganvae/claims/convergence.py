"""Claims about the curves of the distance: who gets there first, and who is still on the way."""

from __future__ import annotations

from collections.abc import Sequence

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence, Moment
from ganvae.claims.rules import PAIRS
from ganvae.claims.words import duration, listed, percent, whole

# Within a tenth of its last value a distance of 2,000 samples has converged as far as it can show:
# that of two draws of samples differs by some per cent.
CONVERGED = 1.1
# "Much faster", A says: less than half of what the other takes. Scored moments lie a factor of 1.9
# apart, so a difference of one moment alone doesn't count.
MUCH = 0.5
# Falling by a tenth over the last three scored moments, and not rising at the last: less is noise.
FALLING = 0.9
_LAST = 3


def settled(moments: Sequence[Moment], target: float) -> Moment | None:
    """The first moment from which on the distance stays at or below the target."""
    found = None
    for moment in reversed(moments):
        if moment.distance > target:
            break
        found = moment
    return found


def still_falling(moments: Sequence[Moment]) -> bool:
    """Whether the distance still fell by more than a tenth at the end."""
    first, before, last = (moment.distance for moment in moments[-_LAST:])
    return last < FALLING * first and last <= before


def vae_converges_faster(evidence: Evidence) -> Claim:
    figures, outcomes = [], []
    own: list[str] = []
    shared: list[str] = []
    for pair in PAIRS:
        curves = [evidence.moments(name) for name in pair]
        ends = [moments[-1].distance for moments in curves]
        timed = evidence.same_machine(pair)
        for texts, targets in ((own, [CONVERGED * end for end in ends]), (shared, [max(ends)] * 2)):
            vae, gan = (
                settled(moments, target) or moments[-1]
                for moments, target in zip(curves, targets, strict=True)
            )
            outcomes.append(vae.images < MUCH * gan.images)
            if timed:
                outcomes.append(vae.seconds < MUCH * gan.seconds)
            texts.append(f"{pair[0]} {_cost(vae, timed)} against {_cost(gan, timed)} of {pair[1]}")
            what = "convergence" if texts is own else "the worse one's distance"
            for name, moment in zip(pair, (vae, gan), strict=True):
                figures.append(Figure(f"{what}, {name}", moment.images, "images"))
                figures.append(Figure(f"{what}, {name}", moment.seconds, "seconds"))
    agreeing = sum(outcomes)
    return Claim(
        "vae-converges-faster",
        ("A",),
        "A VAE converges much faster than a GAN.",
        verdict(outcomes),
        f"in {agreeing} of {len(outcomes)} comparisons less than half the images or seconds",
        f"Until the distance stays within {percent(CONVERGED - 1)} of its own final value: "
        f"{'; '.join(own)}. Until it is as low as the worse of the two ends: "
        f"{'; '.join(shared)}.",
        f"Supported if the VAE takes less than {percent(MUCH)} of the GAN's images and seconds by "
        "both readings in every pair. Only scored moments count, and seconds only where the "
        "machine was the same.",
        tuple(figures),
    )


def _cost(moment: Moment, timed: bool) -> str:
    images = f"{moment.images / 1e6:.2g} M images"
    return f"{images} ({duration(moment.seconds)})" if timed else images


def longer_training_helps(evidence: Evidence) -> Claim:
    judged = ("mini-vae-20", "mini-gan-100")
    curves = {name: evidence.moments(name) for name in judged}
    for name in (name for pair in PAIRS for name in pair if name not in judged):
        curves[name] = evidence.moments(name)
    falling = [name for name, moments in curves.items() if still_falling(moments)]
    flat = [name for name in curves if name not in falling]
    ends = {
        name: [f"{moment.distance:.0f}" for moment in moments[-_LAST:]]
        for name, moments in curves.items()
    }
    texts = [
        f"{name} goes {', '.join(ends[name])} at {', '.join(_images(curves[name]))} images"
        for name in judged
    ]
    shorts = [f"{name} {' → '.join(ends[name])}" for name in judged]
    others = [
        f"{words}: {listed(names)}"
        for words, found in (("still falling", falling), ("no longer", flat))
        if (names := [name for name in found if name not in judged])
    ]
    return Claim(
        "longer-training-helps",
        ("B",),
        "100 epochs are too few: 1,000 would give better pictures.",
        verdict(name in falling for name in judged),
        f"last distances: {'; '.join(shorts)}",
        f"At the last three scored moments the distance of {' and of '.join(texts)}; nobody "
        f"trained for 1,000 epochs here. Of the others: {'; '.join(others)}.",
        f"A model still improves if its distance fell by more than {percent(1 - FALLING)} over the "
        "last three moments and did not rise at the last; supported if both of study B's do.",
        tuple(
            Figure(f"distance of {name}", moment.distance, f"at {whole(moment.images)} images")
            for name, moments in curves.items()
            for moment in moments[-_LAST:]
        ),
    )


def _images(moments: Sequence[Moment]) -> list[str]:
    return [f"{moment.images / 1e6:.1f} M" for moment in moments[-_LAST:]]
