"""Which curves are shown of the training of a pair: those that the studies plot, and two more."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from ganvae import words
from ganvae.plots.chart import Chart, Level, Line, Spec, Style
from ganvae.plots.drawing import draw
from ganvae.plots.svg import GAN, GAN_PALE, GAN_STRONG, REAL, VAE, VAE_PALE, VAE_STRONG

Column = Sequence[float | None]

# By the number of VAEs, from the smallest latent size to the largest.
_VAE_SHADES = {1: (VAE,), 2: (VAE_PALE, VAE), 3: (VAE_PALE, VAE, VAE_STRONG)}
# Numbers beyond this come from a training that blew up; an axis that shows them shows no more.
_LARGEST = 1e9
# As many rows jump about too much to be read as one line.
_MANY_ROWS = 80


@dataclass(frozen=True)
class Run:
    """The training of one model.

    Attributes:
        name: the model's.
        family: `vae` or `gan`.
        latent: its latent size.
        history: columns by name, None where a row has no value.
        problem: a sentence that says why there is no history; empty where there is one.
        dataset: what it was trained on.
        loss: as in a Recipe.
        beta: weight of a VAE's KL term.
        features: the network in whose features the distances are; None where that is not known.
    """

    name: str
    family: str
    latent: int
    history: dict[str, list[float | None]]
    problem: str = ""
    dataset: str = "mnist"
    loss: str = "cross-entropy"
    beta: float = 1.0
    features: str | None = None

    @property
    def label(self) -> str:
        """What the page calls it, for example `VAE 100`."""
        return f"{self.family.upper()} {self.latent}"

    def points(self, column: str, positive: bool = False) -> tuple[tuple[float, ...], ...]:
        """(x, y) of a column over the images seen, x rising; both empty where it has no value."""
        pairs = zip(self.history.get("images", ()), self.history.get(column, ()), strict=False)
        # A run that was cut short and went on may hold a moment twice: the later row counts.
        kept = {
            x: y for x, y in pairs if _fits(x) and x > 0 and _fits(y) and (y > 0 or not positive)
        }
        xs = sorted(kept)
        return tuple(xs), tuple(kept[x] for x in xs)


def training_charts(runs: Sequence[Run], main: str | None = None, width: int = 560) -> list[Chart]:
    """The charts of a pair, those of both members first, then the VAE's, then the GAN's.

    Args:
        runs: all trainings of the pair, VAEs before GANs. Several VAEs share their charts; the
            first GAN has its own.
        main: the VAE whose total loss is shown and whose curves are drawn thicker; by default the
            last one.
        width: of a chart in pixels, 280 to 800; text has the same size at each width.

    A chart without data holds a sentence in place of the picture.
    """
    vaes = sorted((run for run in runs if run.family == "vae"), key=lambda run: run.latent)
    gans = [run for run in runs if run.family == "gan"][:1]
    chosen = next((run for run in vaes if run.name == main), vaes[-1] if vaes else None)
    specs = [_distance(vaes, gans, chosen), _sharpness(vaes, gans, chosen)] if runs else []
    recall = _recall(vaes, gans, chosen)
    # Trainings of before did not measure it: a chart that says so says nothing.
    if recall.lines:
        specs.insert(1, recall)
    if chosen:
        specs += [_vae_loss(chosen), *_vae_terms(vaes, chosen)]
    for gan in gans:
        specs += [_gan_loss(gan), _gan_scores(gan)]
    height = 236 if width < 450 else 250
    return [draw(spec, width, height) for spec in specs]


def _fits(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value) and abs(value) < _LARGEST


def _shades(vaes: Sequence[Run]) -> dict[str, str]:
    shades = _VAE_SHADES[min(max(len(vaes), 1), 3)]
    span = max(len(vaes) - 1, 1)
    return {
        run.name: shades[round(place * (len(shades) - 1) / span)] for place, run in enumerate(vaes)
    }


def _line(
    run: Run,
    column: str,
    label: str,
    colour: str,
    *,
    style: Style = "solid",
    positive: bool = False,
    mean: bool = False,
    mark: str | None = None,
    told: bool = True,
    width: float = 2.0,
) -> list[Line]:
    """The curve of a column in a list, or an empty list where the column holds nothing."""
    x, y = run.points(column, positive)
    if not x:
        return []
    smooth = mean and len(x) >= _MANY_ROWS
    mark = label if mark is None else mark
    return [Line(f"{run.name}-{column}", label, x, y, colour, style, width, mark, smooth, told)]


def _finish(spec: Spec, runs: Sequence[Run], what: str) -> Spec:
    """The spec with a sentence where it has no line, and remarks on lines that need one."""
    if not spec.lines:
        problems = [run.problem for run in runs if run.problem]
        names = " and ".join(run.name for run in runs)
        sentence = problems[0] if problems else f"No {what} recorded for {names}."
        return replace(spec, missing=sentence)
    note = spec.note
    if any(line.mean for line in spec.lines):
        note += " · thick: running mean"
    drawn = {line.key.rsplit("-", 1)[0] for line in spec.lines}
    absent = [run.label for run in runs if run.name not in drawn]
    if absent:
        note += f" · not recorded: {', '.join(absent)}"
    return replace(spec, note=note)


def _over_all(
    vaes: Sequence[Run],
    chosen: Run | None,
    make: Callable[[Run, str, float], list[Line]],
) -> list[Line]:
    """Curves of every VAE, each in its shade, the chosen one's thicker."""
    shades = _shades(vaes) if vaes else {}
    return [
        line
        for run in vaes
        for line in make(run, shades[run.name], 2.4 if run is chosen or len(vaes) == 1 else 1.6)
    ]


def _subjects(runs: Sequence[Run]) -> str:
    """What all of them draw: `digits`, `faces`, or `pictures`."""
    datasets = {run.dataset for run in runs}
    return words.subject(datasets.pop() if len(datasets) == 1 else None)[1]


def _distance(vaes: Sequence[Run], gans: Sequence[Run], chosen: Run | None) -> Spec:
    def make(run: Run, colour: str, width: float) -> list[Line]:
        return _line(run, "distance", run.label, colour, positive=True, width=width)

    lines = _over_all(vaes, chosen, make)
    lines += [line for run in gans for line in make(run, GAN, 2.4)]
    spaces = {words.feature_space(run.features) for run in (*vaes, *gans)}
    space = spaces.pop() if len(spaces) == 1 else "a network's features"
    spec = Spec(
        "distance",
        "both",
        f"How far are the samples from real {_subjects([*vaes, *gans])}?",
        f"Fréchet distance in {space}; lower is better",
        tuple(lines),
        log_y=True,
    )
    return _finish(spec, [*vaes, *gans], "distances were")


def _recall(vaes: Sequence[Run], gans: Sequence[Run], chosen: Run | None) -> Spec:
    def make(run: Run, colour: str, width: float) -> list[Line]:
        return _line(run, "recall", run.label, colour, width=width)

    lines = _over_all(vaes, chosen, make)
    lines += [line for run in gans for line in make(run, GAN, 2.4)]
    subjects = _subjects([*vaes, *gans])
    spec = Spec(
        "recall",
        "both",
        f"How many kinds of {subjects} are drawn?",
        f"recall: the share of real {subjects} that lie among the samples; higher is better",
        tuple(lines),
    )
    return _finish(spec, [*vaes, *gans], "recall was")


def _sharpness(vaes: Sequence[Run], gans: Sequence[Run], chosen: Run | None) -> Spec:
    def make(run: Run, colour: str, width: float) -> list[Line]:
        return _line(run, "sharpness", run.label, colour, positive=True, width=width)

    lines = _over_all(vaes, chosen, make)
    lines += [line for run in gans for line in make(run, GAN, 2.4)]
    # Noise before the first lesson is a hundred times as sharp as a digit: only a logarithm shows
    # it and the last tenth together.
    highest = max((value for line in lines for value in line.y), default=1.0)
    lowest = min((value for line in lines for value in line.y), default=1.0)
    subjects = _subjects([*vaes, *gans])
    spec = Spec(
        "sharpness",
        "both",
        "How sharp are the samples?",
        f"variance of the Laplacian as a ratio to real {subjects}; below 1 is blur, "
        "above 1 is noise",
        tuple(lines),
        log_y=highest > 3 or lowest < 0.05,
        level=Level(1.0, f"real {subjects}"),
    )
    return _finish(spec, [*vaes, *gans], "sharpness was")


def _sum_of_terms(run: Run) -> str:
    """What a VAE's loss is, with its unit."""
    weight = "" if run.beta == 1 else f"{_plain(run.beta)} × "
    if run.loss == "squared-error":
        return f"mean squared error + {weight}KL"
    return f"reconstruction + {weight}KL, nats per image"


def _plain(number: float) -> str:
    """A number without an exponent: 0.00025."""
    return f"{number:.6f}".rstrip("0").rstrip(".") if 1e-6 <= number < 1e6 else f"{number:g}"


def _reconstruction_unit(run: Run) -> str:
    if run.loss == "squared-error":
        return "mean squared error of a pixel, which goes from -1 to 1"
    return "reconstruction loss, nats per image"


def _vae_loss(run: Run) -> Spec:
    lines = _line(run, "train_loss", "train", VAE)
    lines += _line(run, "test_loss", "test", VAE, style="dashed", width=1.6)
    spec = Spec(
        "vae-loss",
        "vae",
        f"How far does the loss of {run.label} fall?",
        f"{_sum_of_terms(run)}; a gap between train and test is overfitting",
        tuple(lines),
    )
    return _finish(spec, [run], "loss was")


def _vae_terms(vaes: Sequence[Run], chosen: Run) -> list[Spec]:
    several = len(vaes) > 1

    def curves(term: str) -> tuple[Line, ...]:
        def make(run: Run, colour: str, width: float) -> list[Line]:
            if not several:
                return [
                    *_line(run, f"train_{term}", "train", colour),
                    *_line(run, f"test_{term}", "test", colour, style="dashed", width=1.6),
                ]
            tested = bool(run.points(f"test_{term}")[0])
            test = _line(
                run, f"test_{term}", run.label, colour, style="dashed", mark="", width=width - 0.4
            )
            train = _line(
                run,
                f"train_{term}",
                run.label,
                colour,
                width=width,
                told=not tested,
            )
            if not train:
                test = [replace(line, mark=run.label) for line in test]
            return train + test

        return tuple(_over_all(vaes, chosen, make))

    lines = " · solid: train, dashed: test" if several else ""
    return [
        _finish(
            Spec(
                "vae-reconstruction",
                "vae",
                "How much of an image does the VAE lose?",
                f"{_reconstruction_unit(chosen)}; lower is closer{lines}",
                curves("reconstruction"),
            ),
            vaes,
            "reconstruction loss was",
        ),
        _finish(
            Spec(
                "vae-kl",
                "vae",
                "How much does the code say about an image?",
                f"KL between code and prior, nats per image{lines}",
                curves("kl"),
            ),
            vaes,
            "KL was",
        ),
    ]


def _gan_loss(run: Run) -> Spec:
    lines = _line(run, "d_loss", "D", GAN_STRONG, mean=True)
    lines += _line(run, "g_loss", "G", GAN_PALE, mean=True)
    what = "squared errors of D's scores" if _scores(run) else "losses in nats"
    spec = Spec(
        "gan-loss",
        "gan",
        "Who is ahead, discriminator or generator?",
        f"{what}; neither says how good the images are",
        tuple(lines),
    )
    return _finish(spec, [run], "losses were")


def _scores(run: Run) -> bool:
    """Whether D gives a score of any size instead of a probability."""
    return run.loss != "cross-entropy"


def _gan_scores(run: Run) -> Spec:
    lines = _line(run, "d_real", "D(x), real", REAL, mark="D(x)", mean=True)
    lines += _line(run, "d_fake_before", "D(G(z)) before", GAN, mark="D(G(z))", mean=True)
    lines += _line(
        run, "d_fake_after", "after D's update", GAN_STRONG, style="dotted", mark="after", mean=True
    )
    when = "before and after its own update"
    scored = "D's mean score; it is told to give 1 to real images and 0 to generated ones"
    spec = Spec(
        "gan-scores",
        "gan",
        "Can D tell real from generated?",
        f"{scored}; {when}" if _scores(run) else f"D's mean probability of real, {when}",
        tuple(lines),
        # Scores may be below 0 or above 1, and a curve must not be cut off.
        y_range=None if _scores(run) else (0.0, 1.0),
        level=Level(0.5, "0.5: a guess"),
    )
    return _finish(spec, [run], "outputs of D were")
