"""What is wrong with a Recipe, in sentences.

Its values may come from a file, so none has the type that its field says until it was looked at.
"""

from __future__ import annotations

from typing import Any

from ganvae.recipe.kinds import problem
from ganvae.recipe.setting import settings_of


def problems(recipe: Any) -> list[str]:
    """What is wrong with a Recipe, a sentence each: first with its values, then together."""
    found = []
    for setting in settings_of(recipe.__class__).values():
        sentence = problem(setting.kind, setting.label, getattr(recipe, setting.name))
        found += [sentence] if sentence else []
    return found or [*_together(recipe), *_conflicts(recipe)]


def _conflicts(recipe: Any) -> list[str]:
    """Settings that are fine alone but not beside another one's value."""
    found = []
    for setting in settings_of(recipe.__class__).values():
        value = getattr(recipe, setting.name)
        if not setting.is_off(value):
            wrong = (need for need in setting.needs if not need.holds(recipe))
            found += [need.sentence.replace("{value}", str(value)) for need in wrong]
    return found


def _together(recipe: Any) -> list[str]:
    """What several settings must do together, none of them more than another."""
    if (recipe.epochs is None) == (recipe.steps is None):
        return ["Set either epochs or steps, not both."]
    return _shape_problems(recipe)


def _shape_problems(r: Any) -> list[str]:
    """Whether convolutions that halve and double an image end at its size; all else is fine."""
    height, width = r.image_shape[1:]
    if r.network == "strided":
        halvings = 2 ** max(len(r.decoder_widths), len(r.encoder_widths))
        if height % halvings or width % halvings:
            return [f"Images of {height} by {width} can't be halved down by {halvings}."]
        return []
    if r.network == "residual":
        halvings = r.patch * 2 ** max(len(r.decoder_widths) - 1, len(r.encoder_widths))
        if height % halvings or width % halvings:
            return [f"Images of {height} by {width} can't be halved down by {halvings}."]
        return []
    if r.network != "convolutional":
        return []
    if r.family == "gan":
        sides = {4 * 2 ** len(widths) for widths in (r.decoder_widths, r.encoder_widths)}
        if sides != {height} or sides != {width}:
            made = " and ".join(map(str, sorted(sides)))
            return [f"With these widths the convolutions need {made} pixels, not {height}x{width}."]
        return []
    halvings = 2 ** (max(len(r.decoder_widths), len(r.encoder_widths)) // 2)
    if height % halvings or width % halvings:
        return [f"Images of {height} by {width} can't be halved down by {halvings}."]
    return []
