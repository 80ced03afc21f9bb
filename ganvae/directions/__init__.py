"""Directions with a meaning in a latent space: their file, and how they are found."""
