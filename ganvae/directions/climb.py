"""A direction made better by climbing: the slope of its measure over the slider, by gradient."""

from __future__ import annotations

import torch

from ganvae.directions.format import STEPS
from ganvae.latents import Array, prior_std, sample_z
from ganvae.metrics.meanings import Meaning
from ganvae.models import GAN, VAE, evaluation

# Other z than those that directions are measured with.
_SEED = 33_000
_ROUNDS, _BATCH, _RATE = 80, 32, 0.05


def climb(model: VAE | GAN, meaning: Meaning, start: Array) -> Array:
    """A unit vector (latent,) near `start` along which a measure grows more steadily.

    Adam on the covariance of the step and the quantity, over many z moved by random steps both
    ways: the idea of Jahanian et al., "On the steerability of generative adversarial networks"
    (ICLR 2020), with a measure in place of an edited picture.
    """
    recipe = model.recipe
    device = next(model.parameters()).device
    quantity = meaning.climbed or meaning.of
    z = torch.from_numpy(sample_z(_SEED, recipe.latent, _ROUNDS * _BATCH, recipe.prior))
    generator = torch.Generator().manual_seed(_SEED)
    vector = torch.from_numpy(start.copy()).requires_grad_()
    optimiser = torch.optim.Adam([vector], lr=_RATE)
    wanted = [parameter.requires_grad for parameter in model.parameters()]
    with evaluation(model), torch.enable_grad():
        model.requires_grad_(False)
        for here in z.split(_BATCH):
            steps = STEPS[-1] * torch.rand(_BATCH, 1, generator=generator)
            step = prior_std(recipe.prior) * steps * vector / vector.norm()
            up, down = (model.draw(place.to(device)).cpu() for place in (here + step, here - step))
            grown = quantity(up) - quantity(down)
            loss = -(steps[:, 0] * grown).mean() / grown.detach().std().clamp(min=1e-6)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        for parameter, before in zip(model.parameters(), wanted, strict=True):
            parameter.requires_grad_(before)
    return (vector / vector.norm()).detach().numpy().astype("float32")
