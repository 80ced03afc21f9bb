"""The Explore and Walk tabs."""
