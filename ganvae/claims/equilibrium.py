"""The claim about the Nash equilibrium, from the discriminators' outputs at the end of training."""

from __future__ import annotations

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence
from ganvae.claims.rules import PAIRS
from ganvae.claims.words import listed
from ganvae.recipe.shipped import RECIPES

# At an equilibrium D can't tell real from generated, and both of its outputs are the mean of its
# two targets: .5 with cross-entropy and with least squares, .45 where real images are labelled .9.
# A tenth is what outputs swing by from one stretch of a calm training to the next.
NEAR = 0.1


def no_equilibrium(evidence: Evidence) -> Claim:
    figures, outcomes, texts, shorts, levels = [], [], [], [], []
    for _, gan in PAIRS:
        real = evidence.seeds(gan, "final", "d_real")
        fake = evidence.seeds(gan, "final", "d_fake_before")
        figures += [
            Figure(f"D(x) of {gan}", real.mean),
            Figure(f"D(G(z)) of {gan}", fake.mean),
        ]
        level = RECIPES[gan].real_label / 2
        far = max(abs(value - level) for value in (*real.values, *fake.values))
        outcomes.append(far > NEAR or abs(real.mean - fake.mean) > NEAR)
        levels.append(f"{level:g}")
        texts.append(f"{gan} {real.mean:.2f} and {fake.mean:.2f}")
        shorts.append(f"{real.mean:.2f} / {fake.mean:.2f}")
    return Claim(
        "no-equilibrium",
        ("C", "D"),
        "The GAN had not reached a Nash equilibrium; it is hard to find.",
        verdict(outcomes),
        f"D(x) / D(G(z)) at the end: {', '.join(shorts)}",
        f"Mean output of the discriminator over the last steps, for real and for generated "
        f"pictures: "
        f"{'; '.join(texts)}. At an equilibrium both would be alike, at {listed(levels)}.",
        f"A GAN is off if either mean is more than {NEAR} from half its real label, or they are "
        f"more than {NEAR} apart; supported if every GAN is. This can refute an equilibrium, not "
        "prove one.",
        tuple(figures),
    )
