"""`whence demo`: the service with a small believable history, to look around in."""

from whence.cli.options import DataDir
from whence.cli.serve import GrpcPort, Host, Port, Workers, given, require_one


def demo(
    host: Host = None,
    port: Port = None,
    grpc_port: GrpcPort = None,
    data_dir: DataDir = None,
    workers: Workers = 1,
) -> None:
    """Serve with a small believable history: a shop in two clusters, and an incident half an hour ago.

    The history is made once, when the account has no events yet.
    """
    require_one(workers)
    from whence.cli import running, showing  # noqa: PLC0415  only who serves waits for the server's imports

    running.run(given(host, port, grpc_port, data_dir), showing.show_around)
