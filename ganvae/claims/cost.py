"""The claim about what a GAN costs: parameters, time, time an image."""

from __future__ import annotations

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence
from ganvae.claims.rules import CLEARLY, PAIRS, clearly_less
from ganvae.claims.words import duration, percent


def gan_needs_more(evidence: Evidence) -> Claim:
    figures, outcomes, texts, shorts = [], [], [], []
    for pair in PAIRS:
        costs = []
        for name in pair:
            parameters = evidence.number(name, "parameters", "total")
            seconds = evidence.number(name, "training", "seconds")
            images = evidence.number(name, "training", "images")
            each = 1000 * seconds / max(images, 1)
            costs.append((parameters, seconds, each))
            figures += [
                Figure(f"parameters of {name}", parameters),
                Figure(f"training of {name}", seconds, "seconds"),
                Figure(f"training of {name}", each, "seconds per 1,000 images"),
            ]
        vae, gan = costs
        timed = evidence.same_machine(pair)
        # Times of two machines say nothing of two models.
        counted = range(3 if timed else 1)
        outcomes += [clearly_less(vae[i], gan[i]) for i in counted]
        text = f"{pair[1]} {gan[0]:,.0f} parameters"
        other = f"{pair[0]} {vae[0]:,.0f}"
        if timed:
            text += f", {duration(gan[1])}, {gan[2]:.2g} s per 1,000 images"
            other += f", {duration(vae[1])}, {vae[2]:.2g} s"
        texts.append(f"{text} ({other})")
        if pair == ("mini-vae-20", "mini-gan-100"):
            shorts = [f"{gan[0]:,.0f} parameters (VAE {vae[0]:,.0f})"]
            shorts += [f"{duration(gan[1])} (VAE {duration(vae[1])})"] if timed else []
    return Claim(
        "gan-needs-more",
        ("B",),
        "A GAN needs more resources and time than a VAE.",
        verdict(outcomes),
        f"study B's GAN: {', '.join(shorts)}",
        f"Training, the VAE in brackets: {'; '.join(texts)}.",
        f"Supported if in every pair the VAE has less than {percent(CLEARLY)} of the GAN's "
        "parameters, seconds of training and seconds an image; seconds count where machine and "
        "threads were the same.",
        tuple(figures),
    )
