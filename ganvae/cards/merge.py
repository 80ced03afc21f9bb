"""Our part of a card and a person's, kept apart by two markers."""

from __future__ import annotations

import re
from typing import Any

import yaml
from huggingface_hub import ModelCardData
from huggingface_hub.repocard import REGEX_YAML_BLOCK

from ganvae.errors import UserError

BEGIN, END = "<!-- ganvae -->", "<!-- /ganvae -->"
# From a beginning to its end: a marker without its other half is a person's text.
_SECTION = re.compile(
    rf"{re.escape(BEGIN)}(?:(?!{re.escape(BEGIN)}).)*?{re.escape(END)}", re.DOTALL
)
# A licence that we don't know is theirs to choose.
_UNKNOWN = "unknown"


def section(body: str) -> str:
    """Our part of a card, between its markers."""
    return f"{BEGIN}\n{body.strip()}\n{END}\n"


def merge_card(ours: str, existing: str | None) -> str:
    """Our card with what a person wrote into the existing one.

    Our section and the keys of our front matter are replaced, tags are added to theirs, and
    everything else stays. A card without our markers keeps its whole text, and ours follows it.

    Args:
        ours: a card as `write_card` makes it.
        existing: the text of the card that is there, None or empty if there is none.

    Raises:
        UserError: the front matter of the existing card is not valid.
    """
    if not existing or not existing.strip():
        return ours
    existing = existing.replace("\r\n", "\n")
    our_data, our_body, _ = _split(ours)
    their_data, their_body, their_block = _split(existing)
    part = _SECTION.search(our_body)
    new = part.group() if part else section(our_body)
    places = list(_SECTION.finditer(their_body))
    if places:
        first = places[0]
        # Of a section that stands there twice, one is enough.
        body = their_body[: first.start()] + new + _SECTION.sub("", their_body[first.end() :])
    elif their_body.strip():
        body = f"{their_body.rstrip()}\n\n{new}\n"
    else:
        body = our_body
    data = _merge_data(our_data, their_data)
    if data == their_data and their_block:
        # Untouched, with a person's comments and quotes.
        return their_block + body
    return f"---\n{_yaml(data)}\n---\n{_after_front_matter(body)}"


def _merge_data(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    data = theirs | ours
    if ours.get("license") == _UNKNOWN and theirs.get("license"):
        data["license"] = theirs["license"]
    tags = theirs.get("tags")
    if tags and "tags" in ours:
        listed = tags if isinstance(tags, list) else [tags]
        data["tags"] = [*ours["tags"], *(tag for tag in listed if tag not in ours["tags"])]
    # An index of results is ours alone, and goes with the last of them.
    if "model-index" not in ours:
        data.pop("model-index", None)
    return data


def _after_front_matter(body: str) -> str:
    return body if body.startswith("\n") else f"\n{body}"


def _yaml(data: dict[str, Any]) -> str:
    # The Hub's class would put the results of several models under the name of one.
    index = data.get("model-index")
    try:
        card = ModelCardData(**{key: data[key] for key in data if key != "model-index"})
        if index is not None:
            card["model-index"] = index
        return card.to_yaml(original_order=list(data))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise UserError(f"The card's front matter is not what the Hub reads: {error}.") from error


def _split(card: str) -> tuple[dict[str, Any], str, str]:
    """A card's front matter, its body, and the front matter as it was written."""
    match = REGEX_YAML_BLOCK.search(card)
    if match is None:
        return {}, card, ""
    try:
        data = yaml.safe_load(match.group(2))
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f" (line {line + 2})"
        raise UserError(
            f"The front matter of the card that is there is not valid YAML{where}; mend it, or "
            "remove the card."
        ) from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise UserError("The front matter of the card that is there has no keys and values.")
    return data, card[match.end() :], match.group()
