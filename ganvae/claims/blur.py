"""Claims about blur and noise: what the variance of the Laplacian and bright specks say."""

from __future__ import annotations

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence
from ganvae.claims.rules import CLEARLY, PAIRS, clearly_less
from ganvae.claims.words import listed, over_seeds, percent, times, whole

# 1 is real pictures. Sampling moves the ratio by less than a hundredth, and no picture is sharper
# than a photograph: what is left above this is noise.
NOISE_ABOVE = 1.05
# A speck in every tenth picture is what somebody who looks at a sheet of 100 will notice.
SPECKS_SEEN = 0.1
# Strokes end in isolated pixels now and then, in real digits too: it takes far more than those.
SPECKS_FACTOR = 10.0


def vae_blurrier(evidence: Evidence) -> Claim:
    figures, outcomes, texts, shorts, noisy, otherwise = [], [], [], [], [], []
    for vae, gan in PAIRS:
        soft, sharp = (evidence.seeds(name, "sharpness", "ratio") for name in (vae, gan))
        figures += [
            Figure(f"sharpness of {name}", seeds.mean, "of real")
            for name, seeds in ((vae, soft), (gan, sharp))
        ]
        text = f"{vae} {over_seeds(soft, percent)} against {over_seeds(sharp, percent)} of {gan}"
        if max(sharp.values) > NOISE_ABOVE:
            noisy.append(gan)
            texts.append(text)
            continue
        texts.append(f"{text} ({times(sharp.mean / soft.mean)} as much)" if soft.mean else text)
        shorts.append(f"{percent(soft.mean)} / {percent(sharp.mean)}")
        outcomes.append(clearly_less(soft, sharp))
        fine = [evidence.maybe(name, "sharpness", "high_frequency", "ratio") for name in (vae, gan)]
        if fine[0] is not None and fine[1] is not None:
            outcomes.append(clearly_less(fine[0], fine[1]))
            if outcomes[-1] != outcomes[-2]:
                otherwise.append(f"{vae} {percent(fine[0])}, {gan} {percent(fine[1])}")
    notes = ""
    if noisy:
        notes += f" Above 100 % ({listed(noisy)}) is noise, not sharpness: it decides nothing."
    if otherwise:
        notes += f" The share of high frequencies says otherwise: {'; '.join(otherwise)}."
    return Claim(
        "vae-blurrier",
        ("A", "D"),
        "A VAE's pictures are smoother and blurrier than a GAN's.",
        verdict(outcomes) if outcomes else "depends",
        f"sharpness of VAE / GAN: {', '.join(shorts)}" if shorts else "noise hides it",
        f"Sharpness as a share of real pictures: {'; '.join(texts)}.{notes}",
        f"Supported if in each pair the VAE's sharpness is below {percent(CLEARLY)} of the GAN's; "
        f"a GAN above {percent(NOISE_ABOVE)} of real is left aside, because that is noise.",
        tuple(figures),
    )


def gan_specks(evidence: Evidence) -> Claim:
    vae, gan = "mlp-vae-20", "mlp-gan-100"
    of_gan, of_vae = (evidence.number(name, "specks", "per_image") for name in (gan, vae))
    real = evidence.number(gan, "specks", "real_per_image")
    others = {
        name: count
        for pair in PAIRS
        for name in pair
        if name not in (vae, gan)
        and (count := evidence.maybe(name, "specks", "per_image")) is not None
    }
    figures = [
        Figure(f"specks of {name}", count, "per image")
        for name, count in ({gan: of_gan, vae: of_vae, "real digits": real} | others).items()
    ]
    far = SPECKS_FACTOR * max(of_vae, real)
    outcome = verdict([of_gan >= SPECKS_SEEN, of_gan > far])
    seen = [name for name, count in others.items() if count >= SPECKS_SEEN]
    return Claim(
        "gan-specks",
        ("A",),
        "A GAN's digits carry white specks that a VAE's don't.",
        outcome,
        f"specks a picture: GAN {of_gan:.2g}, VAE {of_vae:.2g}, real {real:.2g}",
        f"Isolated bright pixels a picture: {gan} {of_gan:.3g}, {vae} {of_vae:.3g}, real digits "
        f"{real:.3g}."
        + (
            f" Of the other models at least {SPECKS_SEEN:g}: {listed(seen)}."
            if seen
            else (" None of the other models measured has them." if others else "")
        ),
        f"Supported if study A's GAN has at least {SPECKS_SEEN:g} a picture and more than "
        f"{SPECKS_FACTOR:g} times as many as its VAE and as real digits.",
        tuple(figures),
    )


def vae_gloomy(evidence: Evidence) -> Claim:
    vae, gan = "mini-vae-20", "mini-gan-100"
    soft = evidence.seeds(vae, "sharpness", "ratio")
    real = evidence.number(vae, "precision_recall", "precision")
    real_gan = evidence.number(gan, "precision_recall", "precision")
    return Claim(
        "vae-gloomy",
        ("B",),
        "A VAE's digits are gloomy, with patches missing.",
        verdict([clearly_less(soft, 1.0), clearly_less(real, real_gan)]),
        f"sharpness {percent(soft.mean)} of real; precision {percent(real)}, GAN "
        f"{percent(real_gan)}",
        f"{vae} has {over_seeds(soft, percent)} of real digits' sharpness, so its strokes "
        f"are soft and grey; {percent(real)} of its samples lie among real digits, against "
        f"{percent(real_gan)} of {gan}'s. Nothing here counts missing patches themselves.",
        f"Gloomy counts if the sharpness is below {percent(CLEARLY)} of real, broken digits if the "
        f"precision is below {percent(CLEARLY)} of the GAN's; supported if both do.",
        (
            Figure(f"sharpness of {vae}", soft.mean, "of real"),
            Figure(f"precision of {vae}", real),
            Figure(f"precision of {gan}", real_gan),
        ),
    )


def blurrier_but_closer(evidence: Evidence) -> Claim:
    vae, gan = "vae-100", "gan-100"
    soft, sharp = (evidence.seeds(name, "sharpness", "ratio") for name in (vae, gan))
    near, far = (evidence.seeds(name, "distance", "value") for name in (vae, gan))
    # Against noise nothing can be called blurrier.
    noisy = max(sharp.values) > NOISE_ABOVE
    outcomes = [not noisy and clearly_less(soft, sharp), clearly_less(near, far)]
    figures = [
        Figure(f"sharpness of {vae}", soft.mean, "of real"),
        Figure(f"sharpness of {gan}", sharp.mean, "of real"),
        Figure(f"distance of {vae}", near.mean),
        Figure(f"distance of {gan}", far.mean),
    ]
    theirs = ""
    other = [evidence.maybe(name, "inception", "study", "value") for name in (vae, gan)]
    if other[0] is not None and other[1] is not None:
        outcomes.append(clearly_less(other[0], other[1]))
        figures += [
            Figure(f"FID of {name}", value, "Inception features")
            for name, value in zip((vae, gan), other, strict=True)
            if value is not None
        ]
        theirs = f" In Inception features, as in the study, {other[0]:.1f} against {other[1]:.1f}."
    return Claim(
        "blurrier-but-closer",
        ("D",),
        "The VAE with 100 latent dimensions is blurrier than the GAN, and its FID is better.",
        verdict(outcomes),
        f"sharpness {percent(soft.mean)} / {percent(sharp.mean)}, distance {near.mean:.0f} / "
        f"{far.mean:.0f}",
        f"{vae} has {over_seeds(soft, percent)} of real sharpness, {gan} "
        f"{over_seeds(sharp, percent)}; its distance to real digits is "
        f"{over_seeds(near, whole)}, the GAN's {over_seeds(far, whole)}.{theirs}",
        f"Supported if both its sharpness and its distance are below {percent(CLEARLY)} of the "
        "GAN's, in every feature network measured; sharpness decides nothing against a GAN above "
        f"{percent(NOISE_ABOVE)} of real, which is noise.",
        tuple(figures),
    )
