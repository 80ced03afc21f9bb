"""From a recipe to a finished folder in `weights/`: the loop, what watches it, what follows it."""
