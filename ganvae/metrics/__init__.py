"""How good pictures are: distances, precision and recall, sharpness, what is near in the data."""
