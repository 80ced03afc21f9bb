"""How a model was trained: its command, time and versions."""

from __future__ import annotations

from typing import Any

from ganvae.recipe import Recipe


def training_section(recipe: Recipe, config: dict[str, Any], metrics: dict[str, Any]) -> str:
    """The section with the command, and what the run took."""
    training = metrics["training"]
    versions = ", ".join(f"{name} {version}" for name, version in config["versions"].items())
    return "\n".join(
        [
            "## Training",
            "",
            f"    {config['command']}",
            "",
            f"{training['steps']:,} steps, {training['images']:,} images, seed {recipe.seed}, "
            f"{training.get('precision', recipe.precision)}, "
            f"{training['seconds'] / 60:.1f} minutes at "
            f"{training['images_per_second']:,.0f} images a second on {training['hardware']} "
            f"({training['threads']} thread{'s' if training['threads'] > 1 else ''}). {versions}.",
            "",
        ]
    )
