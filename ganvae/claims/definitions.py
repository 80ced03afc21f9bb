"""Claims that are true by what a VAE and a GAN are: nothing to measure, one sentence each."""

from __future__ import annotations

from ganvae.claims.claim import Claim


def _definition(identifier: str, claim: str, explanation: str) -> Claim:
    return Claim(
        identifier,
        ("A",),
        claim,
        "definition",
        "by construction",
        explanation,
        "Follows from what the two models are; there is nothing to measure.",
    )


DEFINITIONS: tuple[Claim, ...] = (
    _definition(
        "latent-source",
        "A VAE's latent space comes from an encoder, a GAN's is plain noise.",
        "A VAE learns an encoder that gives each picture a place in the latent space, while a GAN "
        "only ever sees z drawn at random, so a picture of its own has no z until one is searched "
        "for.",
    ),
    _definition(
        "what-is-learnt",
        "A VAE learns the distribution of the latents, a GAN plays a minimax game.",
        "A VAE maximises one bound on the likelihood of the data, so its loss can be compared "
        "between runs, while a GAN's two losses are moves against one another and say little of "
        "its pictures.",
    ),
    _definition(
        "two-networks",
        "A VAE is an encoder and a decoder, a GAN a generator and a discriminator.",
        "Decoder and generator do the same job, from z to a picture; an encoder finds z for a "
        "picture, while a discriminator only says how real it looks.",
    ),
)
