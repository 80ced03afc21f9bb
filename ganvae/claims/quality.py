"""The claim about whose samples look better, by what feature networks see."""

from __future__ import annotations

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence
from ganvae.claims.rules import CLEARLY, PAIRS, clearly_less
from ganvae.claims.words import listed, over_seeds, percent, whole


def gan_samples_better(evidence: Evidence) -> Claim:
    figures, outcomes, distances, precisions, shorts = [], [], [], [], []
    for vae, gan in PAIRS:
        of_vae, of_gan = (evidence.seeds(name, "distance", "value") for name in (vae, gan))
        figures += [
            Figure(f"distance of {name}", seeds.mean)
            for name, seeds in ((vae, of_vae), (gan, of_gan))
        ]
        outcomes.append(clearly_less(of_gan, of_vae))
        distances.append(
            f"{gan} {over_seeds(of_gan, whole)} against {over_seeds(of_vae, whole)} of {vae}"
        )
        shorts.append(f"{of_vae.mean:.0f} / {of_gan.mean:.0f}")
        real = [evidence.maybe(name, "precision_recall", "precision") for name in (vae, gan)]
        if real[0] is not None and real[1] is not None:
            figures += [
                Figure(f"precision of {vae}", real[0]),
                Figure(f"precision of {gan}", real[1]),
            ]
            outcomes.append(clearly_less(real[0], real[1]))
            precisions.append(f"{gan} {percent(real[1])} against {percent(real[0])} of {vae}")
    return Claim(
        "gan-samples-better",
        ("A", "B"),
        "To the eye, a GAN's samples are better than a VAE's after equal training.",
        verdict(outcomes),
        f"distance of VAE / GAN: {', '.join(shorts)}",
        f"Fréchet distance to real pictures, lower is better: {'; '.join(distances)}."
        + (
            f" Samples that lie among real pictures (precision): {'; '.join(precisions)}."
            if precisions
            else ""
        ),
        f"Supported if every pair's GAN is better by a tenth (below {percent(CLEARLY)}) in "
        f"{listed(['distance', *(['in precision'] if precisions else [])])}; "
        "no measure here is an eye.",
        tuple(figures),
    )
