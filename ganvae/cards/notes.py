"""What is said of single models: departures from their studies, the terms of their data."""

from __future__ import annotations

_FACES_NOTE = (
    "The study trained on all 202,599 images of CelebA, five times over; this saw as many images, "
    "of the 24,308 it was given (19,446 after the split), each mirrored half of the time. The "
    "study does not give the slope of its leaky ReLUs: here it is .2."
)
# Where a study's text and its code disagree, or this project departs from both.
NOTES = {
    "mlp-vae-20": "The study's text says batch 64, its code 100; this follows the text.",
    "mlp-gan-100": (
        "The study's text says batch normalisation, ReLU and batch 64; its code has LeakyReLU(.2), "
        "dropout .3, no batch normalisation and batch 100. This model follows the text; the "
        "code's variant is the recipe `mlp-gan-100-leaky`. The specks around the digits are nearly "
        "the same in every sample: the discriminator's batch normalisation takes the mean of each "
        "batch, real or generated, away, and with it whatever all pictures of a batch share, so "
        "nothing teaches the generator to remove them. For the same reason its realness in "
        "evaluation mode says little about single pictures."
    ),
    "vae-3": (
        "In float32 the same seed ends with the six ReLUs before the encoder's output dead: it "
        "says nothing of the image, and the decoder draws one picture only (`vae-3-float32` below)."
    ),
    "face-vae-128": _FACES_NOTE,
    "face-gan-128": _FACES_NOTE
    + (
        " Its generator began as the decoder of `face-vae-128`. The last version of the study's "
        "code has label flips and noise switched off, and its text gives no size for the noise on "
        "the discriminator's images: here its standard deviation is .1 of a range of 2. The "
        "study's learning rate of 5e-3 loses the faces (the run `-lr0.005` below), so it is 2e-4, "
        "with Adam's first decay at .5. The discriminator learns from real and generated images in "
        "one batch: apart (`-nomixedbatches`), its batch normalisation can't see what all pictures "
        "of a batch share. The model was trained in bfloat16; the two runs of 782 steps with its "
        "settings show that float32 was better for one seed at that length."
    ),
    "mini-gan-100": (
        "The study's script drops the last, smaller batch of every epoch; here no image is dropped."
    ),
}
CELEBA_TERMS = """## The data, and what it allows

The photographs are CelebA (Z. Liu, P. Luo, X. Wang, X. Tang, "Deep learning face attributes in the
wild", ICCV 2015; http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html), its aligned images cut to the
centre 148 pixels and resized. Its terms allow **non-commercial research** only, and so does this
model; the images themselves are not part of it.

They are photographs of celebrities, as the press takes them: faces made up and well lit, turned to
a camera, more of women than of men, most of them young and light-skinned. What such photographs
show often the model draws well, and what they show seldom (old age, dark skin, glasses, a face
turned away) it draws seldom and badly. It says nothing about people at large.
"""
