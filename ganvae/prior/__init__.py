"""The mixture that is fitted to a VAE's encodings: its file, and the fit."""
