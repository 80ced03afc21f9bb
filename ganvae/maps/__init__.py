"""The map of a latent space: its file, and how it is made."""
