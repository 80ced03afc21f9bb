"""python scripts/update_readme.py: fill the tables of README and docs/ from commands' files.

Each table stands between `<!-- NAME -->` and `<!-- /NAME -->`. With --check nothing is written, and
the exit status is 1 if a table is not up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ganvae import checkpoint, files  # noqa: E402
from ganvae.cards import COMPARISON  # noqa: E402
from ganvae.metrics.classifier import NAME as CLASSIFIER  # noqa: E402
from ganvae.recipes import RECIPES, Recipe  # noqa: E402

WEIGHTS = ROOT / "weights"
RESULTS = ROOT / "benchmarks" / "results"

# What the studies report: (model, what, step or epoch, column of history.csv, figure).
REPORTED: tuple[tuple[str, str, int, str, float], ...] = (
    ("mlp-vae-20", "train loss, epoch 100", 100, "train_loss", 100.3),
    ("mlp-vae-20", "test loss, epoch 100", 100, "test_loss", 100.7),
    ("mlp-gan-100", "D loss, epoch 100 (its code: no batch norm, dropout)", 100, "d_loss", 1.25),
    ("mlp-gan-100", "G loss, epoch 100 (likewise)", 100, "g_loss", 0.95),
    ("vae-3", "test loss, step 10,000", 10_000, "test_loss", 212.4),
    ("vae-10", "test loss, step 10,000", 10_000, "test_loss", 206.7),
    ("vae-100", "test loss, step 10,000", 10_000, "test_loss", 149.6),
    ("vae-3", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 205.0),
    ("vae-10", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 198.4),
    ("vae-100", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 125.9),
)
_TRAINING_IMAGES = 60_000


def table(header: str, rows: list[str]) -> str:
    """A Markdown table."""
    columns = header.count("|") - 1
    return "\n".join([header, "|" + "---|" * columns, *rows])


def models() -> str:
    """Every shipped model with what was measured of it."""
    rows = []
    for recipe in RECIPES.values():
        metrics = checkpoint.read_metrics(WEIGHTS / recipe.name)
        if not recipe.shipped or not metrics or recipe.dataset != "mnist":
            continue
        part = "decoder" if recipe.family == "vae" else "generator"
        rows.append(
            f"| [`{recipe.name}`](weights/{recipe.name}) | {recipe.study} | {recipe.latent} | "
            f"{metrics['parameters'][part]:,} of {metrics['parameters']['total']:,} | "
            f"{metrics['distance']['value']:.1f} | {metrics['sharpness']['ratio']:.0%} | "
            f"{final_loss(recipe, metrics['final'])} | {metrics['training']['seconds'] / 60:.0f} |"
        )
    some = next(m for r in RECIPES if (m := checkpoint.read_metrics(WEIGHTS / r)))
    classifier = checkpoint.read_json(WEIGHTS / CLASSIFIER / "metrics.json")
    return (
        table(
            "| model | study | latent | parameters that draw | distance | sharpness | final loss | "
            "minutes |",
            rows,
        )
        + f"\n\nDistance: Fréchet distance of {some['distance']['n']:,} samples to "
        f"{some['distance']['reference']}, in the {classifier['features']} features of the "
        f"project's own digit classifier ({classifier['accuracy']:.2%} of the test images right); "
        f"lower is better, and it compares only with other figures of this column. Sharpness: "
        f"variance of the Laplacian as a share of real images'; below 100 % is blur, above is "
        f"noise. One seed each. Minutes: on {some['training']['hardware']}, "
        f"{some['training']['threads']} thread, while another training ran beside it."
    )


def faces() -> str:
    """The models of photographs; their distances don't compare with those of digits."""
    rows = []
    celeba = [recipe for recipe in RECIPES.values() if recipe.dataset == "celeba"]
    measured = [(recipe, checkpoint.read_metrics(WEIGHTS / recipe.name)) for recipe in celeba]
    there = [(recipe, metrics) for recipe, metrics in measured if metrics]
    for recipe, metrics in there:
        part = "decoder" if recipe.family == "vae" else "generator"
        rows.append(
            f"| [`{recipe.name}`](weights/{recipe.name}) | {recipe.study} | {recipe.latent} | "
            f"{metrics['parameters'][part]:,} of {metrics['parameters']['total']:,} | "
            f"{metrics['distance']['value']:.1f} | {metrics['sharpness']['ratio']:.0%} | "
            f"{final_loss(recipe, metrics['final'])} | {metrics['training']['images']:,} | "
            f"{metrics['training']['seconds'] / 60:.0f} |"
        )
    if not there:
        return ""
    some = there[0][1]
    return (
        table(
            "| model | study | latent | parameters that draw | distance | sharpness | final loss | "
            "images seen | minutes |",
            rows,
        )
        + f"\n\nDistance: Fréchet distance of {some['distance']['n']:,} samples to "
        f"{some['distance']['reference']}, in the features of EfficientNet-Lite0 with ImageNet "
        f"weights: no figure of this column compares with one of the digits'. Sharpness as above. "
        f"One seed each, {some['training']['hardware']}, {some['training']['threads']} threads."
    )


def ablation() -> str:
    """Study C's GAN with and without its remedies, from the comparison on its card."""
    path = WEIGHTS / "face-gan-128" / COMPARISON
    if not path.is_file():
        return ""
    rows = [
        f"| `{row['command']}` | {row['images']:,} | {row['precision']} | {row['distance']:.1f} | "
        f"{row['sharpness']:.0%} |"
        for row in checkpoint.read_json(path)
    ]
    return table("| command | images | precision | distance | sharpness |", rows)


def final_loss(recipe: Recipe, final: dict[str, float]) -> str:
    """The last losses of a run: on the test set for a VAE, D and G for a GAN."""
    if recipe.family == "vae":
        if recipe.loss == "squared-error":
            return f"{final['test_loss']:.4f}"
        return f"{final['test_loss']:.1f} nats"
    return f"D {final['d_loss']:.2f}, G {final['g_loss']:.2f}"


def studies() -> str:
    """What the studies report beside what was measured here at the same moment."""
    rows = []
    for name, what, moment, column, figure in REPORTED:
        history = checkpoint.read_history(WEIGHTS / name)
        if not history:
            continue
        recipe = RECIPES[name]
        step = moment
        if recipe.epochs is not None:
            step *= recipe.total_steps(_TRAINING_IMAGES) // recipe.epochs
        ours = _nearest(history, column, step)
        rows.append(f"| `{name}` | {what} | {figure:g} | {ours:.4g} |")
    return table("| model | figure | study | here |", rows)


def _nearest(history: dict[str, list[float | None]], column: str, step: int) -> float:
    there = [
        (abs(at - step), value)
        for at, value in zip(history["step"], history[column], strict=True)
        if at is not None and value is not None
    ]
    return min(there)[1]


def speed() -> str:
    """The benchmarks' results, as far as they were run."""
    rows = []
    training = _result("training.json")
    if training:
        rows += [
            f"| training `{name}`, {way}, against the conventional loop ({hardware}) | "
            f"{ratio:.2f}× |"
            for name, way, hardware, ratio in _ratios(training)
        ]
    startup = _result("startup.json")
    if startup:
        median = startup["median"]
        rows += [
            f"| from `python app.py` to the first samples | {median['samples_visible_s']:.1f} s |",
            f"| memory of the page's process, peak | {median['peak_memory_mib']:.0f} MiB |",
        ]
    explorer = _result("explorer.json")
    if explorer:
        drag = explorer["single"]
        rows.append(
            f"| a slider's move to both pictures repainted, median (p95) | "
            f"{drag['median_ms']:.0f} ms ({drag['p95_ms']:.0f} ms) |"
        )
    return table("| what | measured |", rows)


def _ratios(training: Any) -> list[tuple[str, str, str, float]]:
    return [
        (name, way, result["hardware"], values["speed_ratio"])
        for name, result in training["models"].items()
        for way, values in result["ways"].items()
        if way != "conventional"
    ]


def _result(name: str) -> Any:
    path = RESULTS / name
    return checkpoint.read_json(path) if path.is_file() else None


TABLES: dict[str, Callable[[], str]] = {
    "models": models,
    "faces": faces,
    "ablation": ablation,
    "studies": studies,
    "speed": speed,
}
# Tables stand in the README and in pages of docs/.
PAGES = (ROOT / "README.md", ROOT / "docs" / "faces.md")


def filled(text: str) -> str:
    """A page with every table in it made anew."""
    for name, make in TABLES.items():
        block = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
        # A backslash in the new text would be read as a reference to a group.
        new = block.replace("\\", r"\\")
        text = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", new, text, flags=re.DOTALL)
    return text


def main(arguments: list[str]) -> int:
    """Fill the pages, or only check them; the exit status."""
    status = 0
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = filled(old)
        if "--check" not in arguments:
            files.write_text(page, new)
        elif new != old:
            print(f"{page} is not up to date: python scripts/update_readme.py")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
