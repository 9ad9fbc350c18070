"""`whence demo`: the service with a small believable history, to look around in."""

from whence.cli.options import DataDir
from whence.cli.serve import GrpcPort, Host, Port, Workers, given


def demo(
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    data_dir: DataDir = None,
    workers: Workers = None,
) -> None:
    """Serve with a small believable history: a shop in two clusters, and an incident half an hour ago.

    The history is made once, when the account has no events yet.
    """
    from whence.cli import starting  # noqa: PLC0415  only who serves waits for its imports

    starting.run(given(host, port, grpc_port, data_dir, workers), "demo")
