"""Where the service listens: sockets that are had, or a word on why not."""

import errno
import resource
import socket
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

BACKLOG: Final = 2048
_MOST_GRPC: Final = 2_500  # connections, where files are not the limit: each may make many calls at a time
_GRPC_SHARE: Final = 8  # an eighth of the files

_PURPOSES: Final = {"port": "listen", "grpc_port": "serve gRPC", "metrics_port": "serve metrics"}
_SPREADS: Final = sys.platform == "linux"  # elsewhere the kernel sends all callers to one of those who share a port
_NOT_HERE: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class ListenError(OSError):
    """The address to listen on cannot be had; the text says why. `setting`: the name of that which is to blame."""

    def __init__(self, message: str, *, setting: str) -> None:
        super().__init__(message)
        self.setting = setting


def listen(host: str, port: int, setting: str) -> list[socket.socket]:
    """A socket for each address of the host, all on one port; a family that this machine lacks is left out.

    Raises:
        ListenError: there is none.
    """
    sockets = _each(host, port, setting)
    for one in sockets:
        one.listen(BACKLOG)
    return sockets


def reserve(host: str, port: int, setting: str) -> list[socket.socket]:
    """The same, on which nobody listens: while they are open, the port is for those who share it, `beside` them.

    Raises:
        ListenError: there is none.
    """
    sockets = _each(host, port, setting)
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # else another could have it while nobody listens
    return sockets


def beside(reserved: Sequence[socket.socket]) -> list[socket.socket]:
    """Further sockets on a reserved port. Whoever connects comes to one of those on which somebody listens.

    The kernel gives each its share of them. Where it does not know how, they are one queue, from which all take.
    """
    if not _SPREADS:
        return [one.dup() for one in reserved]
    return [_bound(one.family, one.getsockname()[:2], shares=True) for one in reserved]


def most_grpc_connections() -> int:
    """How many that speak gRPC this process may take: a share of the files that it may ever open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_GRPC if hard == resource.RLIM_INFINITY else min(_MOST_GRPC, hard // _GRPC_SHARE)


@contextmanager
def closing(sockets: Sequence[socket.socket]) -> Generator[Sequence[socket.socket]]:
    """They are closed when the block has ended."""
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


def spelled(host: str, port: int) -> str:
    """`host:port`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def url(bound: socket.socket) -> str:
    """`http://host:port`, with the port that was bound."""
    return f"http://{spelled(*bound.getsockname()[:2])}"


def not_had(host: str, port: int, exc: OSError | None, setting: str) -> ListenError:
    """The error that says why that port cannot be had."""
    what = _PURPOSES[setting]
    blamed = "host" if exc is not None and exc.errno in _NOT_HERE else setting
    return ListenError(f"cannot {what} on {spelled(host, port)}: {_reason(exc)}", setting=blamed)


def _each(host: str, port: int, setting: str) -> list[socket.socket]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as exc:
        raise ListenError(f"{host} is no address to listen on: {exc.strerror}", setting="host") from exc
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    for family, *_, address in dict.fromkeys(found):
        if sockets:  # the port that the first was given, when any was asked for
            port = sockets[0].getsockname()[1]
        try:
            sockets.append(_bound(family, (str(address[0]), port)))
        except OSError as exc:
            if exc.errno not in _NOT_HERE:
                for one in sockets:
                    one.close()
                raise not_had(host, port, exc, setting) from exc
            absent = exc
    if not sockets:
        raise not_had(host, port, absent, setting) from absent
    return sockets


def _bound(family: int, address: tuple[str, int], *, shares: bool = False) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended a moment ago do no harm
        if shares:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:  # IPv4 has a socket of its own
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _reason(exc: OSError | None) -> str:
    match exc.errno if exc else None:
        case errno.EADDRINUSE:
            return "something else listens there"
        case errno.EACCES:
            return "this user may not take a port that low"
        case errno.EADDRNOTAVAIL:
            return "the address is not one of this machine"
        case _:
            return str(exc)
