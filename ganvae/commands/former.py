"""The flags from before there were commands: they go on working.

`--model vae --latent 100` is `fit vae --latent 100`, `--score all` is `score all`, and so on: one
of the flags below becomes a command, its value the command's argument, and all else stays.
"""

from __future__ import annotations

import itertools

from ganvae.errors import UserError

# Flag to command. Of two that are given the sentence names them in this order.
FLAGS = {
    "--push": "push",
    "--push-space": "push-space",
    "--model": "fit",
    "--score": "score",
    "--export": "export",
    "--inspect": "inspect",
    "--write-split": "split",
    "--list": "list",
    "--sweep": "sweep",
    "--verify": "verify",
}
_WITHOUT_VALUE = ("--list", "--verify")
_TOGETHER = (("--push", "--model"), ("--model", "--sweep"), ("--score", "--verify"))
_HELP = ("-h", "--help")
# Options that belong to some of the flags, and what the sentence calls these.
_GOES_WITH = {
    "--features": (("--score",), "--score"),
    "--jobs": (("--sweep",), "--sweep"),
    "--private": (("--push", "--push-space"), "--push USER/REPO or --push-space USER/SPACE"),
    "--revision": (("--push",), "--push USER/REPO"),
}


def translate(arguments: list[str]) -> list[str]:
    """Arguments that begin with a flag, as a command and its arguments; others as they are.

    Raises:
        UserError: no flag says what to do, two say different things, or one lacks its value.
    """
    if not arguments or not arguments[0].startswith("-") or arguments[0] in _HELP:
        return arguments
    given, rest = _apart(arguments)
    if not given and any(one in _HELP for one in rest):
        return ["--help"]
    _check(given, rest)
    if "--verify" in given:
        scored = ["--score", given["--score"][-1] or "all"] if "--score" in given else []
        return ["verify", *scored, *rest]
    if "--list" in given:
        return ["list", *_only(rest, ("--weights",))]
    if "--sweep" in given:
        return ["sweep", given["--model"][-1], *given["--sweep"], *rest]
    if "--model" in given:
        pushed = ["--push", given["--push"][-1]] if "--push" in given else []
        return ["fit", given["--model"][-1], *pushed, *rest]
    (flag,) = given
    if flag == "--write-split":
        source, rest = _value_of("--dataset", rest)
        if source is None:
            raise UserError("--write-split needs the folder to split: --dataset FOLDER.")
        return ["split", source, given[flag][-1], *rest]
    return [FLAGS[flag], given[flag][-1], *rest]


def _apart(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The flags above with their values, and all else in its order."""
    given: dict[str, list[str]] = {}
    rest: list[str] = []
    left = list(arguments)
    while left:
        flag, equals, value = left[0].partition("=")
        one = left.pop(0)
        if flag not in FLAGS:
            rest.append(one)
            continue
        if not equals and flag not in _WITHOUT_VALUE:
            # A flag is never another one's value; --score alone scores all.
            if left and not left[0].startswith("--"):
                value = left.pop(0)
            elif flag == "--score":
                value = "all"
            else:
                raise UserError(f"Option '{flag}' requires an argument.")
        if equals and flag in _WITHOUT_VALUE:
            raise UserError(f"{flag} takes no value.")
        if value.startswith("-"):
            raise UserError(f"{flag} takes a name, not {value!r}.")
        given.setdefault(flag, []).append(value)
    return given, rest


def _check(given: dict[str, list[str]], rest: list[str]) -> None:
    """Refuse flags that contradict each other, and options without what they belong to."""
    for option, (flags, words) in _GOES_WITH.items():
        if _value_of(option, rest)[1] != rest and not any(flag in given for flag in flags):
            raise UserError(f"{option} goes with {words}.")
    if not given or list(given) == ["--sweep"]:
        raise UserError("Name a model with --model, or see --list for those there are.")
    if "--push-space" in given and "--model" in given:
        raise UserError("--push-space pushes what is there: leave out --model.")
    for other in ("--model", "--export", "--inspect"):
        if "--verify" in given and other in given:
            raise UserError(f"--verify changes nothing: leave out {other}.")
    together = [flag for flag in FLAGS if flag in given]
    for one, other in itertools.combinations(together, 2):
        # A list is shown whatever else is there, unless that goes to the Hub.
        if (one, other) in _TOGETHER or ("--list" in given and not one.startswith("--push")):
            continue
        why = ": a training does all of that at its end" if one == "--model" else ""
        raise UserError(f"Give {one} or {other}, not both{why}.")


def _value_of(option: str, rest: list[str]) -> tuple[str | None, list[str]]:
    """The value of an option, the last if it is there twice, and the others without it."""
    value, others, left = None, [], list(rest)
    while left:
        one = left.pop(0)
        if one.partition("=")[0] != option:
            others.append(one)
        elif "=" in one:
            value = one.partition("=")[2]
        else:
            value = left.pop(0) if left else ""
    return value, others


def _only(rest: list[str], options: tuple[str, ...]) -> list[str]:
    """Of all options those that a command takes that always did without the others."""
    kept = []
    for option in options:
        value = _value_of(option, rest)[0]
        kept += [] if value is None else [option, value]
    return kept
