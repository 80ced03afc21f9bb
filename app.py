"""python app.py: the page that compares VAEs and GANs, on http://127.0.0.1:7860."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import click

DEFAULT_PORT = 7860
_PORTS_TRIED = 100
PORT = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    envvar="GANVAE_WEIGHTS",
    default=Path(__file__).resolve().parent / "weights",
    help="Folder of trained models. [default: weights/ beside app.py, or $GANVAE_WEIGHTS]",
)
@click.option(
    "--port",
    type=PORT,
    envvar="GRADIO_SERVER_PORT",
    help="Port of the page. [default: 7860 or the next free one]",
)
@click.option("--share", is_flag=True, help="Also make a public link through Gradio's server.")
def main(weights: Path, port: int | None, share: bool) -> None:
    """Show the page that compares VAEs and GANs."""
    host = os.environ.get("GRADIO_SERVER_NAME") or (
        # A Space reaches the page from outside its container.
        "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1"
    )
    # Before Gradio is imported, which reads it then: the page sends nothing to anyone.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    port = _free_port(host, port)

    # These take seconds to import: mistakes in the options are told before.
    import torch

    from ganvae.collection import Collection
    from ganvae.errors import UserError
    from ganvae.ui.page import build

    torch.set_num_threads(1)
    try:
        page = build(Collection(weights))
    except UserError as error:
        _stop(str(error))
    page.launch(server_name=host, server_port=port, share=share, **page.launch_options)


def _free_port(host: str, asked: int | None) -> int:
    """The port asked for, or the first free one from 7860 on if none is."""
    candidates = [asked] if asked else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED)
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    if asked:
        _stop(f"Port {asked} is taken; give another with --port.")
    _stop(f"No port from {DEFAULT_PORT} to {DEFAULT_PORT + _PORTS_TRIED - 1} is free.")


def _stop(sentence: str) -> None:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
