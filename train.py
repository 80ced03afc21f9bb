"""python train.py fit vae --latent 100: fit a model, score it, put it into weights/."""

from __future__ import annotations

import sys

from ganvae.commands.cli import main
from ganvae.training.launched import leave

if __name__ == "__main__":
    leave(main(sys.argv[1:]))
