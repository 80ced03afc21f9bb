"""train.py export: the ONNX files of finished models, for the visitor's browser."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from ganvae import digests
from ganvae.commands.grouped import GroupedCommand
from ganvae.commands.shared import Typed, settings_of, work_options
from ganvae.errors import UserError


@click.command("export", cls=GroupedCommand, short_help="Write models' ONNX files again.")
@click.argument("model", metavar="MODEL|all")
@work_options
@click.pass_obj
def export_command(typed: Typed, model: str, **options: Any) -> None:
    """Write the ONNX files of a trained model (in --output, else in --weights) again, or of all."""
    from ganvae.export.write import export
    from ganvae.training.settings import ALL

    settings = settings_of(options, typed)
    for name in settings.trained(model):
        started, folder = time.perf_counter(), settings.result_of(name)
        try:
            written = export(folder)
            digests.refresh(folder.parent, folder.name)
        except UserError as error:
            if model != ALL:
                raise
            print(f"{name} is not exported: {error}", file=sys.stderr)
        else:
            sizes = ", ".join(f"{n} {f.bytes / 1e6:.2f} MB" for n, f in written.files.items())
            print(f"{name}: {sizes} ({time.perf_counter() - started:.1f} s)")
