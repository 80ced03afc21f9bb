"""Bridges from a VAE to a GAN: which models are the stops of one, and what was measured of them.

The models are made by `ganvae.training.step.bridge`; `python -m ganvae.bridges` measures how far
neighbours drifted apart, into `weights/bridges.json`.
"""
