"""What `whence doctor` looks at. Each check gives a finding, and says what to do where something is amiss."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx

from whence.cli import house
from whence.cli.client import Client, RefusedError
from whence.cli.failure import CommandError
from whence.embedded import Embedded
from whence.server import connected
from whence.settings import Settings
from whence.store import migrate
from whence.store.migrate import Migration
from whence.store.vitals import Vitals, vitals

Level = Literal["ok", "skipped", "warning", "failed"]

_OLDEST: Final = 15  # PostgreSQL's major release
_MEBIBYTE: Final = 1024 * 1024
_LITTLE: Final = 5 * 1024 * _MEBIBYTE  # what PostgreSQL's log may grow to before a checkpoint, and as much again
_TOO_LITTLE: Final = 500 * _MEBIBYTE
_SKEW: Final = 2.0  # seconds; beyond, events seem to come from the future
_BAD_SKEW: Final = 60.0
_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found; `remedy` is empty where there is nothing to do."""

    name: str
    level: Level
    text: str
    remedy: str = ""


def examine(given: dict[str, object], *, url: str, token: str) -> list[Finding]:
    """Every finding. Nothing is changed but what starting PostgreSQL changes, and that is stopped again."""
    try:
        asked = house.settings(**given)
    except CommandError as failure:
        return [Finding(name="settings", level="failed", text=str(failure), remedy=failure.remedy)]
    return [
        Finding(name="settings", level="ok", text="every setting can be read"),
        *_places(asked),
        *_database(asked),
        _addresses(asked),
        _port(asked),
        *_server(url, token),
    ]


def _places(asked: Settings) -> Iterator[Finding]:
    if asked.database_url is not None:
        yield Finding(name="data directory", level="skipped", text="not used: WHENCE_DATABASE_URL is set")
        return
    there = next(path for path in (asked.data_dir, *asked.data_dir.parents) if path.exists())
    owner = there.stat().st_uid
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            name="data directory",
            level="failed",
            text=f"{there} is not writable for this user (it is user {owner}'s)",
            remedy="run as its owner, or set WHENCE_DATA_DIR to a directory of yours",
        )
    elif there != asked.data_dir:
        yield Finding(name="data directory", level="ok", text=f"{asked.data_dir} will be made at the first start")
    elif owner != os.geteuid() and os.geteuid() != 0:
        yield Finding(
            name="data directory",
            level="failed",
            text=f"{there} belongs to user {owner}, not to this one ({os.geteuid()})",
            remedy="run as its owner, or set WHENCE_DATA_DIR to a directory of yours",
        )
    else:
        yield Finding(name="data directory", level="ok", text=f"{asked.data_dir} is writable")
    yield _space(there)


def _space(there: Path) -> Finding:
    free = shutil.disk_usage(there).free
    text = f"{free // _MEBIBYTE:,} MiB free at {there}"
    if free < _TOO_LITTLE:
        return Finding(name="disk space", level="failed", text=text, remedy="free some, or move WHENCE_DATA_DIR")
    if free < _LITTLE:
        return Finding(name="disk space", level="warning", text=text, remedy="WHENCE_RETENTION_DAYS keeps less")
    return Finding(name="disk space", level="ok", text=text)


def _database(asked: Settings) -> Iterator[Finding]:
    if asked.database_url is None and not (asked.data_dir / "postgres").exists():
        yield _trial(asked)
        return
    where = "embedded" if asked.database_url is None else "WHENCE_DATABASE_URL"
    try:
        found, missing, skew = house.finish(asked, _vitals(asked))
    except CommandError as failure:
        remedy = (
            "read its log, postgres.log in the data directory"
            if asked.database_url is None
            else "check host, port, user and password of WHENCE_DATABASE_URL"
        )
        yield Finding(name="database", level="failed", text=str(failure), remedy=remedy)
        return
    major, minor = divmod(found.release, 10_000)
    release = f"PostgreSQL {major}.{minor} ({where})"
    if major < _OLDEST:
        yield Finding(
            name="database",
            level="failed",
            text=f"{release} is too old",
            remedy=f"{_OLDEST} or newer is needed",
        )
    else:
        yield Finding(name="database", level="ok", text=f"{release} answers")
    if missing:
        yield Finding(
            name="schema",
            level="warning",
            text=f"{len(missing)} migrations are to be applied",
            remedy="whence db upgrade, or start whence serve",
        )
    else:
        yield Finding(name="schema", level="ok", text="up to date")
    yield _clock(skew)


def _clock(skew: float) -> Finding:
    text = f"{abs(skew):.1f} s {'behind' if skew < 0 else 'ahead of'} this machine's"
    if abs(skew) <= _SKEW:
        return Finding(name="database clock", level="ok", text="agrees with this machine's")
    level: Level = "failed" if abs(skew) > _BAD_SKEW else "warning"
    return Finding(name="database clock", level=level, text=text, remedy="set both clocks by NTP")


def _trial(asked: Settings) -> Finding:
    """The embedded PostgreSQL before its first start: tried elsewhere, so that nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="whence-doctor-") as place:
        try:
            with house.explained(asked), Embedded.start(Path(place)):
                pass
        except CommandError as failure:
            remedy = "set WHENCE_DATABASE_URL to a PostgreSQL of yours, or run where programs may be started"
            return Finding(name="database", level="failed", text=str(failure), remedy=remedy)
    return Finding(
        name="database",
        level="ok",
        text="the embedded PostgreSQL can be started",
    )


async def _vitals(asked: Settings) -> tuple[Vitals, list[Migration], float]:
    async with connected(asked) as pool:
        await vitals(pool)  # opens the connection: the next answer takes no longer than the way
        before = datetime.now(UTC)
        found = await vitals(pool)
        middle = before + (datetime.now(UTC) - before) / 2
        return found, await migrate.pending(pool), (found.at - middle).total_seconds()


def _addresses(asked: Settings) -> Finding:
    hosts = asked.hosts()
    if asked.public_url is None or not hosts:
        said = "any Host header" if not hosts else ", ".join(hosts)
        return Finding(name="addresses", level="ok", text=f"answers to {said}")
    public = urlsplit(asked.public_url).hostname or ""
    if any(public == host or (host.startswith("*.") and public.endswith(host[1:])) for host in hosts):
        return Finding(name="addresses", level="ok", text=f"answers to {public}, as WHENCE_PUBLIC_URL says")
    return Finding(
        name="addresses",
        level="failed",
        text=f"WHENCE_PUBLIC_URL names {public}, WHENCE_ALLOWED_HOSTS does not: links would be refused",
        remedy=f"add {public} to WHENCE_ALLOWED_HOSTS",
    )


def _port(asked: Settings) -> Finding:
    if asked.port == 0:
        return Finding(name="port", level="ok", text="any that is free")
    where = f"{asked.host}:{asked.port}"
    try:
        family, *_, address = socket.getaddrinfo(
            asked.host, asked.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        socket.create_server((str(address[0]), asked.port), family=family).close()
    except OSError as exc:
        local = "127.0.0.1" if asked.host in {"0.0.0.0", "::"} else asked.host  # noqa: S104  recognised, not chosen
        if _is_whence(f"http://{f'[{local}]' if ':' in local else local}:{asked.port}"):
            return Finding(name="port", level="ok", text=f"a whence serves at {where}")
        return Finding(
            name="port",
            level="failed",
            text=f"{where} cannot be had: {exc.strerror}",
            remedy="stop what listens there, or set WHENCE_PORT to another",
        )
    return Finding(name="port", level="ok", text=f"{where} is free")


def _is_whence(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_SECONDS, trust_env=False)
        return answer.json() == {"status": "ok"} and "x-request-id" in answer.headers
    except (httpx.HTTPError, ValueError):
        return False


def _server(url: str, token: str) -> Iterator[Finding]:
    # `/readyz` wants no token, but a client does; what it holds is not looked at there.
    try:
        with Client(url, token or "none") as client:
            client.get("/readyz")
    except RefusedError as refused:
        yield Finding(
            name="server",
            level="failed",
            text=f"{url} is not ready: {refused}",
            remedy="whence db upgrade; or mend the database",
        )
        return
    except CommandError as failure:
        yield Finding(name="server", level="warning", text=str(failure), remedy=failure.remedy)
        return
    yield Finding(name="server", level="ok", text=f"{url} is ready")
    if not token:
        yield Finding(name="token", level="skipped", text="none was given; WHENCE_TOKEN or --token names one")
        return
    try:
        with Client(url, token) as client:
            client.get("/v1/events", [("limit", "1")])
    except CommandError as failure:
        yield Finding(name="token", level="failed", text=str(failure), remedy=failure.remedy)
        return
    yield Finding(name="token", level="ok", text=f"{url} takes it, and it may read events")
