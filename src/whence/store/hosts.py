"""To the one server that takes writes, among those that an address names."""

from collections import deque
from collections.abc import Mapping
from typing import Final, TypeAlias, TypedDict
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"  # quoted: only the stubs know the parameter

_NOT_THIS_ONE: Final = (asyncpg.PostgresError, asyncpg.InternalClientError, OSError)


class Host(TypedDict, total=False):
    """One server, in the words of `asyncpg.connect`."""

    dsn: str | None
    host: str | None
    port: int | None
    user: str | None
    database: str | None


class Hosts:
    """Servers of which one at a time takes writes; which one may change. The one that did last is asked first.

    Each is given its share of the time. The driver knows several in one URL too, but one limit for all of them: one
    that is silent, as a machine is that lost its power, would keep us from every one behind it. Nor does its
    `read-write` fit, as connections that only read are not that by our own wish; so whatever the URL says about the
    kind of server, it is the primary that is looked for.
    """

    def __init__(self, *hosts: Host) -> None:
        self._hosts = deque(hosts)

    async def connect(self, *, seconds: float, settings: Mapping[str, str]) -> Connection:
        """A connection to the primary, within the time.

        Raises:
            asyncpg.PostgresError, asyncpg.InternalClientError, OSError: why the last that was asked is not to be had.
        """
        refused: Exception | None = None
        for host in tuple(self._hosts):
            try:
                connection: Connection = await asyncpg.connect(
                    **host,
                    timeout=seconds / len(self._hosts),
                    target_session_attrs=SessionAttribute.primary,
                    server_settings=dict(settings),
                )
            except _NOT_THIS_ONE as exc:
                refused = exc
            else:
                self._hosts.remove(host)
                self._hosts.appendleft(host)
                return connection
        raise refused or OSError("no server is named")


def named(url: str) -> list[Host]:
    """The servers of the URL, in its order, each with everything else that it says.

    Those of a `host=` in the query stay together: the driver asks one after the other.
    """
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    if "," not in where:
        return [{"dsn": url}]  # as it is
    return [{"dsn": urlunsplit(parts._replace(netloc=f"{who}{at}{one}"))} for one in where.split(",")]
