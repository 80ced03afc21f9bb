"""ganvae: feel the difference between a VAE and a GAN.

import ganvae
model = ganvae.load("vae-100")
images = model.generate(torch.randn(8, 100))    # (8, 1, 32, 32) in [0, 1]
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganvae.folders import DEFAULT_WEIGHTS

if TYPE_CHECKING:
    from ganvae.models import GAN, VAE

__all__ = ["DEFAULT_WEIGHTS", "__version__", "load"]
__version__ = "0.1.0"


def load(
    name: str | Path, weights: str | Path | None = None, source: str | None = None
) -> VAE | GAN:
    """The trained model of that name, in evaluation mode.

    Args:
        name: a folder of `weights`, or a path to a model's folder.
        weights: the folder that holds the models; those that ship with the project by default.
        source: a repository of the Hub that holds it, as USER/REPO or USER/REPO@REV. Only that
            model is downloaded; the copy of the last time serves while the Hub can't be reached.

    Raises:
        UserError: there is no such model (the sentence lists those there are), its files are
            not whole, or the repository can't be read.
    """
    from ganvae import checkpoint
    from ganvae.errors import UserError

    if source is not None:
        from ganvae.hub.sources import find_model

        return checkpoint.load(find_model(source, str(name)))
    folder = Path(weights or DEFAULT_WEIGHTS) / name
    if not (folder / checkpoint.CONFIG).is_file():
        folder = Path(name)
    if not (folder / checkpoint.CONFIG).is_file():
        there = ", ".join(entry.name for entry in checkpoint.scan(Path(weights or DEFAULT_WEIGHTS)))
        raise UserError(f"There is no model {str(name)!r}; there are: {there or 'none'}.")
    return checkpoint.load(folder)
