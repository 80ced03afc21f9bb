from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Normal, kl_divergence

from ganvae.errors import UserError
from ganvae.recipe.shipped import RECIPES
from ganvae.training.step.objectives import (
    CalibratedELBO,
    HingeLoss,
    LeastSquaresLoss,
    NegativeELBO,
    NonSaturatingLoss,
    RelativisticLoss,
    SquaredErrorELBO,
    adversarial_of,
    elbo_of,
    kl_per_dimension,
    reparameterise,
)


def test_kl_closed_form() -> None:
    mean = torch.tensor([[0.0, 2.0, 0.0]])
    log_variance = torch.tensor([[0.0, 0.0, 1.0]])
    # 0 where the posterior is the prior; mean^2 / 2; (e - 1 - 1) / 2.
    assert kl_per_dimension(mean, log_variance)[0].tolist() == pytest.approx([0, 2, math.e / 2 - 1])


def test_kl_agrees_with_torch_distributions() -> None:
    torch.manual_seed(0)
    mean, log_variance = torch.randn(6, 9).double(), torch.randn(6, 9).double() * 2
    posterior = Normal(mean, (log_variance / 2).exp())
    prior = Normal(torch.zeros(9).double(), torch.ones(9).double())
    torch.testing.assert_close(
        kl_per_dimension(mean, log_variance), kl_divergence(posterior, prior)
    )


def test_reparameterise_and_its_gradients() -> None:
    mean = torch.tensor([1.0, -1.0], requires_grad=True)
    log_variance = torch.tensor([0.0, math.log(9)], requires_grad=True)
    noise = torch.tensor([0.5, 2.0])
    z = reparameterise(mean, log_variance, noise)
    assert z.tolist() == pytest.approx([1.5, 5])
    z.sum().backward()
    assert mean.grad is not None
    assert log_variance.grad is not None
    assert mean.grad.tolist() == [1, 1]
    # dz / dlogvar = std * noise / 2
    assert log_variance.grad.tolist() == pytest.approx([0.25, 3])


def test_elbo_terms_agree_with_torch_distributions() -> None:
    torch.manual_seed(0)
    logits, images = torch.randn(4, 1, 5, 5), torch.rand(4, 1, 5, 5).round()
    mean, log_variance = torch.randn(4, 3), torch.randn(4, 3)
    reconstruction, kl = NegativeELBO().terms(logits, images, mean, log_variance)
    expected = -Bernoulli(logits=logits).log_prob(images).sum()
    assert reconstruction.item() == pytest.approx(expected.item(), rel=1e-5)
    posterior = Normal(mean, (log_variance / 2).exp())
    expected_kl = kl_divergence(posterior, Normal(0.0, 1.0)).sum()
    assert kl.item() == pytest.approx(expected_kl.item(), rel=1e-5)


def test_reconstruction_of_grey_pixels_is_their_cross_entropy() -> None:
    image, probability = torch.full((1, 1, 1, 1), 0.3), 0.8
    logit = torch.full((1, 1, 1, 1), math.log(probability / (1 - probability)))
    reconstruction, _ = NegativeELBO().terms(logit, image, torch.zeros(1, 1), torch.zeros(1, 1))
    expected = -(0.3 * math.log(0.8) + 0.7 * math.log(0.2))
    assert reconstruction.item() == pytest.approx(expected, rel=1e-5)


def test_beta_weighs_the_kl_alone() -> None:
    reconstruction, kl = torch.tensor(100.0), torch.tensor(10.0)
    assert NegativeELBO()(reconstruction, kl).item() == 110
    assert NegativeELBO(0.0)(reconstruction, kl).item() == 100
    assert NegativeELBO(4.0)(reconstruction, kl).item() == 140


def log_sigmoid(x: float) -> float:
    return -math.log(1 + math.exp(-x))


def test_gan_losses_by_hand() -> None:
    real, fake = [2.0, -1.0], [0.5, -3.0]
    loss = NonSaturatingLoss()
    by_hand = (
        -(log_sigmoid(2.0) + log_sigmoid(-1.0)) / 2 - (log_sigmoid(-0.5) + log_sigmoid(3.0)) / 2
    )
    assert loss.discriminator(torch.tensor(real), torch.tensor(fake)).item() == pytest.approx(
        by_hand, rel=1e-6
    )
    by_hand = -(log_sigmoid(0.5) + log_sigmoid(-3.0)) / 2
    assert loss.generator(torch.tensor(fake)).item() == pytest.approx(by_hand, rel=1e-6)


def test_gan_losses_at_the_equilibrium() -> None:
    undecided = torch.zeros(5)
    loss = NonSaturatingLoss()
    assert loss.discriminator(undecided, undecided).item() == pytest.approx(2 * math.log(2))
    assert loss.generator(undecided).item() == pytest.approx(math.log(2))


def test_gan_losses_agree_with_cross_entropy_on_probabilities() -> None:
    torch.manual_seed(0)
    real, fake = torch.randn(8).double(), torch.randn(8).double()
    ones, zeros = torch.ones(8).double(), torch.zeros(8).double()
    expected = F.binary_cross_entropy(real.sigmoid(), ones) + F.binary_cross_entropy(
        fake.sigmoid(), zeros
    )
    loss = NonSaturatingLoss()
    torch.testing.assert_close(loss.discriminator(real, fake), expected)
    torch.testing.assert_close(loss.generator(fake), F.binary_cross_entropy(fake.sigmoid(), ones))


def test_label_smoothing_is_one_sided_and_for_the_discriminator_alone() -> None:
    real, fake = torch.tensor([2.0]), torch.tensor([0.5])
    smooth, plain = NonSaturatingLoss(0.9), NonSaturatingLoss()
    by_hand = -(0.9 * log_sigmoid(2.0) + 0.1 * log_sigmoid(-2.0)) - log_sigmoid(-0.5)
    assert smooth.discriminator(real, fake).item() == pytest.approx(by_hand, rel=1e-6)
    assert smooth.generator(fake).item() == plain.generator(fake).item()
    # The loss of a real image is least where D says .9, not where it says 1.
    best = math.log(0.9 / 0.1)
    at_best = smooth.discriminator(torch.tensor([best]), fake).item()
    assert at_best < smooth.discriminator(torch.tensor([best + 0.1]), fake).item()
    assert at_best < smooth.discriminator(torch.tensor([best - 0.1]), fake).item()


def test_generator_still_learns_where_the_discriminator_is_sure() -> None:
    """The point of the non-saturating loss: log(1 - D) would have next to no gradient here."""
    fake = torch.tensor([-40.0, -40.0], requires_grad=True)
    NonSaturatingLoss().generator(fake).backward()
    assert fake.grad is not None
    assert fake.grad.tolist() == pytest.approx([-0.5, -0.5])


def test_extreme_logits_stay_finite() -> None:
    far = torch.tensor([1e4, -1e4], requires_grad=True)
    loss = NonSaturatingLoss(0.9)
    total = loss.discriminator(far, -far) + loss.generator(far)
    total.backward()
    assert math.isfinite(total.item())
    assert far.grad is not None
    assert torch.isfinite(far.grad).all()


def test_squared_error_is_a_mean_over_pixels_and_a_sum_over_images() -> None:
    images = torch.zeros(2, 3, 4, 4)
    raw = torch.stack([torch.full((3, 4, 4), math.atanh(0.5)), torch.zeros(3, 4, 4)])
    mean, log_variance = torch.ones(2, 5), torch.zeros(2, 5)
    error, kl = SquaredErrorELBO().terms(raw, images, mean, log_variance)
    # The first image is .5 off everywhere, the second nowhere; the KL is 5 times 1/2 for each.
    assert error.item() == pytest.approx(0.25)
    assert kl.item() == pytest.approx(5)
    # Study C's weighting.
    assert SquaredErrorELBO(0.00025)(error, kl).item() == pytest.approx(0.25 + 0.00125)


def test_least_squares_by_hand() -> None:
    real, fake = torch.tensor([1.5, 0.0]), torch.tensor([0.5, -1.0])
    loss = LeastSquaresLoss()
    assert loss.discriminator(real, fake).item() == pytest.approx((0.25 + 1) / 2 + (0.25 + 1) / 2)
    assert loss.generator(fake).item() == pytest.approx((0.25 + 4) / 2)
    assert loss.discriminator(torch.ones(3), torch.zeros(3)).item() == 0
    assert torch.equal(loss.judgement(real), real)


def test_calibrated_likelihood_agrees_with_torch_distributions() -> None:
    torch.manual_seed(0)
    logits, images = torch.randn(3, 1, 4, 4), torch.rand(3, 1, 4, 4) * 2 - 1
    mean, log_variance = torch.randn(3, 2), torch.randn(3, 2)
    nats, kl = CalibratedELBO().terms(logits, images, mean, log_variance)
    variance = (torch.tanh(logits) - images).square().mean()

    def by_hand(scale: float) -> float:
        normal = torch.distributions.Normal(torch.tanh(logits), (scale * variance).sqrt())
        return -normal.log_prob(images).sum().item()

    assert nats.item() == pytest.approx(by_hand(1.0), rel=1e-5)
    # Any other variance fits worse.
    assert by_hand(0.8) > nats.item()
    assert by_hand(1.2) > nats.item()
    assert kl.item() == pytest.approx(kl_per_dimension(mean, log_variance).sum().item())


def test_hinge_by_hand() -> None:
    loss = HingeLoss()
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
    # Beyond its margin a score counts no more.
    assert loss.discriminator(real, fake).item() == pytest.approx((0 + 0.5) / 2 + (0 + 1) / 2)
    assert loss.generator(fake).item() == pytest.approx(1.5)
    assert torch.equal(loss.judgement(real), real)


def test_relativistic_by_hand() -> None:
    loss = RelativisticLoss()
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -1.5])
    # The pairs are 1.5 and 0.5 apart; the level half way is 0.
    by_hand = -(log_sigmoid(1.5) + log_sigmoid(0.5)) / 2
    assert loss.discriminator(real, fake).item() == pytest.approx(by_hand)
    by_hand = -(log_sigmoid(-1.5) + log_sigmoid(-0.5)) / 2
    assert loss.generator(fake, real).item() == pytest.approx(by_hand)
    undecided = torch.zeros(4)
    assert loss.discriminator(undecided, undecided).item() == pytest.approx(math.log(2))
    assert loss.judgement(undecided).tolist() == [0.5] * 4


def test_relativistic_scores_mean_nothing_alone_but_are_held_near_0() -> None:
    loss = RelativisticLoss()
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -1.5])
    there = (real + 10).requires_grad_()
    assert loss.generator(fake + 10, there).item() == pytest.approx(
        loss.generator(fake, real).item()
    )
    loss.discriminator(there, fake + 10).backward()
    here = real.clone().requires_grad_()
    loss.discriminator(here, fake).backward()
    assert there.grad is not None
    assert here.grad is not None
    # Pulled down, all of them alike: at level 10, with weight 0.01, of two images.
    assert (there.grad - here.grad).tolist() == pytest.approx([0.01 * 10 / 2] * 2)


def test_label_noise_is_drawn_for_each_sample_of_both_sides() -> None:
    count = 200_000
    torch.manual_seed(0)
    # Where D is right without noise, the loss that is left is the variance of the noise, twice.
    loss = LeastSquaresLoss(label_noise=0.1).discriminator(torch.ones(count), torch.zeros(count))
    assert loss.item() == pytest.approx(2 * 0.01, rel=0.02)
    one_side = LeastSquaresLoss(0.1).discriminator(torch.ones(count), torch.full((count,), 2.0))
    assert one_side.item() == pytest.approx(4 + 2 * 0.01, rel=0.01)
    # The generator's target has no noise.
    assert LeastSquaresLoss(0.1).generator(torch.ones(3)).item() == 0


def test_each_recipe_has_its_objective() -> None:
    assert type(elbo_of(RECIPES["vae-100"])) is NegativeELBO
    assert elbo_of(RECIPES["face-vae-128"]) == SquaredErrorELBO(0.00025)
    assert adversarial_of(RECIPES["mini-gan-100"]) == NonSaturatingLoss(0.9)
    assert adversarial_of(RECIPES["face-gan-128"]) == LeastSquaresLoss(0.1)


def test_a_loss_that_nobody_wrote_is_one_sentence() -> None:
    vae = RECIPES["face-vae-128"].replace(loss="taste")
    with pytest.raises(UserError, match="no loss 'taste' for a VAE; there are: cross-entropy, squ"):
        elbo_of(vae)
    gan = RECIPES["gan-100"].replace(loss="taste")
    with pytest.raises(UserError, match="no loss 'taste' for a GAN; there are: cross-entropy, squ"):
        adversarial_of(gan)
