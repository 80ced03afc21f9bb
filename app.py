"""python app.py: the page that compares VAEs and GANs, on http://127.0.0.1:7860."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import logging
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click

from ganvae.log import LEVELS
from ganvae.log import start as start_log

DEFAULT_PORT = 7860
_PORTS_TRIED = 100
SHIPPED = Path(__file__).resolve().parent / "weights"


@click.command()
@click.option(
    "--weights",
    envvar="GANVAE_WEIGHTS",
    default=str(SHIPPED),
    metavar="FOLDER|USER/REPO[@REV]",
    help="Trained models: a folder, or a repository of the Hugging Face Hub. "
    "[default: $GANVAE_WEIGHTS, or weights/ beside app.py]",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    envvar="GRADIO_SERVER_PORT",
    help="Port of the page. [default: $GRADIO_SERVER_PORT, or the first free one from 7860]",
)
@click.option(
    "--watch",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Show a training in progress instead: its folder, like runs/vae-100.",
)
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    envvar="GANVAE_LOG_LEVEL",
    default="info",
    show_default=True,
    help="From which level on the page's own events are told, on standard error.",
)
@click.option("--share", is_flag=True, help="Also make a public link through Gradio's server.")
@click.option("--mcp", is_flag=True, help="Also offer the page's endpoints as MCP tools.")
def main(
    weights: str, port: int | None, watch: Path | None, log_level: str, share: bool, mcp: bool
) -> None:
    """Show the page that compares VAEs and GANs."""
    start_log(log_level)
    if mcp and importlib.util.find_spec("mcp") is None:
        stop("--mcp needs a package that is not there; get it with: pip install 'gradio[mcp]'")
    from ganvae.errors import UserError
    from ganvae.hub.sources import find_weights, renewed

    try:
        source = None if watch is not None else find_weights(weights, SHIPPED)
    except UserError as error:
        stop(str(error))
    # A Space reaches the page from outside its container.
    usual_host = "0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1"
    host = os.environ.get("GRADIO_SERVER_NAME") or usual_host
    port = free_port(host, port)
    # Gradio reads it at import: unless asked to, the page reports to no one.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

    # These take seconds: mistakes in the options are told before.
    import torch

    from ganvae.collection import Collection
    from ganvae.files import recover_folders
    from ganvae.ui.page import build, build_watch

    # Pictures take milliseconds, too little to share out between cores that other visitors need.
    # Measured on two busy ones: 64 images of vae-100 in 26 to 45 ms with one thread, 85 to 97 with
    # two; a single image in 1 ms and 2 to 70.
    torch.set_num_threads(1)
    try:
        if source is None:
            assert watch is not None
            page = build_watch(watch)
        else:
            # A training that was killed while it put its result there left the former one hidden.
            with contextlib.suppress(OSError):
                recover_folders(source.folder)
            page = build(Collection(source.folder), source.note, lambda: renewed(weights, SHIPPED))
            logging.getLogger("ganvae.app").info("%s", source.note)
    except UserError as error:
        stop(str(error))
    except OSError as error:  # a folder that may not be read, or a name longer than a name can be
        stop(f"{error.filename or 'A file'}: {error.strerror or error}.")
    try:
        page.launch(
            server_name=host,
            server_port=port,
            share=share or None,
            mcp_server=mcp or None,
            **page.launch_options,
        )
    except OSError as error:
        stop(f"The page can't be served on port {port}: {error}")


def free_port(host: str, asked: int | None) -> int:
    """The port asked for, or the first free one from 7860 on if none is; else an exit."""
    for port in [asked] if asked else range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                stop(f"The page can't be served on {host}, port {port}: {error.strerror}.")
            return port
    if asked:
        stop(f"Port {asked} is in use; give another with --port.")
    last = DEFAULT_PORT + _PORTS_TRIED - 1
    stop(f"All ports from {DEFAULT_PORT} to {last} are in use; give one with --port.")


def stop(sentence: str) -> NoReturn:
    """End with a sentence for the person at the command line."""
    from ganvae.errors import one_line

    click.echo(f"Error: {one_line(sentence)}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
