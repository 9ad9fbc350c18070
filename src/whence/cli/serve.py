"""`whence serve`: the service, until it is told to stop."""

from pathlib import Path
from typing import Annotated

import typer

from whence.cli.options import DataDir

Host = Annotated[
    str | None,
    typer.Option(help="The address to listen on (WHENCE_HOST).", metavar="HOST", show_default="127.0.0.1"),
]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="For HTTP; 0 = any that is free (WHENCE_PORT).", show_default="8080"),
]
GrpcPort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="For gRPC; 0 = any that is free (WHENCE_GRPC_PORT).", show_default="50051"),
]
Workers = Annotated[
    int | None,
    typer.Option(min=0, help="Processes that serve; 0 = one for each core (WHENCE_WORKERS).", show_default="1"),
]


def serve(
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    data_dir: DataDir = None,
    workers: Workers = None,
) -> None:
    """Serve until told to stop (Ctrl-C). Options win over the environment (WHENCE_*) and over whence.toml."""
    from whence.cli import starting  # noqa: PLC0415  only who serves waits for its imports

    starting.run(given(host, port, grpc_port, data_dir, workers), "service")


def given(
    host: str | None, port: int | None, grpc_port: int | None, data_dir: Path | None, workers: int | None
) -> dict[str, object]:
    """The settings that were given as options; None for the others."""
    return {"host": host, "port": port, "grpc_port": grpc_port, "data_dir": data_dir, "workers": workers}
