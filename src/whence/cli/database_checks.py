"""What `whence doctor` asks the database: whether it is there, keeps what it commits, and has room for all of us."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from whence.cli import house
from whence.cli.counting import FEWER, excess, processes
from whence.cli.failure import CommandError
from whence.cli.finding import Finding, Level
from whence.cli.surroundings import existing
from whence.embedded import Embedded
from whence.server import connected
from whence.settings import Settings
from whence.store import access, migrate, partitions
from whence.store.pool import Pool
from whence.store.vitals import Vitals, keeps_the_past_apart, newest_migration, passes_notices_on, vitals

_OLDEST: Final = 15  # PostgreSQL's major release
_SKEW: Final = 2.0  # seconds; beyond, events seem to come from the future
_BAD_SKEW: Final = 60.0
_EACH: Final = 15  # connections of a process: readers, writers, and one that listens
_FEWEST_LOCKS: Final = 64  # PostgreSQL's own default; a question may touch every month's tables and their indexes
_NOTICE_SECONDS: Final = 3.0
_ENOUGH_DAYS: Final = 7  # of events before anything is said about how the database grows
_GIBIBYTE: Final = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at the database saw. `skew`: seconds that its clock is ahead; `since`: when events began to come."""

    vitals: Vitals
    pending: int
    newest: int
    skew: float
    hears: bool
    keeps_the_past_apart: bool
    since: datetime | None


def database(asked: Settings) -> Iterator[Finding]:
    """Every finding about it. Nothing is changed but what starting PostgreSQL changes, and that is stopped again."""
    if not house.has_database(asked):
        yield _trial(asked)
        yield from _too_many(asked)
        return
    try:
        seen = house.finish(asked, _look(asked))
    except CommandError as failure:
        yield Finding(name="database", level="failed", text=str(failure), remedy=_remedy(asked, failure))
        return
    yield release(asked, seen.vitals.release)
    yield schema(seen)
    yield encoding(seen.vitals)
    yield durability(seen.vitals)
    yield from _too_many(asked) or [connections(asked, seen.vitals)]
    yield locks(seen.vitals)
    yield notices(seen)
    yield clock(seen.skew)
    yield past(seen)
    if asked.database_url is None:
        yield growth(
            seen.vitals.size,
            since=seen.since,
            now=datetime.now(UTC),
            kept=timedelta(days=asked.retention_days),
            free=shutil.disk_usage(existing(asked.data_dir)).free,
        )


async def _look(asked: Settings) -> Seen:
    async with connected(asked) as pool:
        await vitals(pool)  # opens the connection: the next answer takes no longer than the way
        before = datetime.now(UTC)
        found = await vitals(pool)
        middle = before + (datetime.now(UTC) - before) / 2
        pending = len(await migrate.pending(pool))
        return Seen(
            vitals=found,
            pending=pending,
            newest=await newest_migration(pool),
            skew=(found.at - middle).total_seconds(),
            hears=await passes_notices_on(pool, seconds=_NOTICE_SECONDS),
            keeps_the_past_apart=await keeps_the_past_apart(pool),
            since=None if pending else await _began(pool),
        )


async def _began(pool: Pool) -> datetime | None:
    """When events began to come; None when none can have come.

    That was when the first account was made: the months of events tell what time senders gave them, which may be long
    before they came. What came in months that are gone by now is no part of the size.
    """
    async with pool.reader() as db:
        months = await partitions.standing(db)
        accounts = await access.accounts(db, after=UUID(int=0), limit=1)
    return max(months[0], accounts[0].created_at) if months and accounts else None


def _remedy(asked: Settings, failure: CommandError) -> str:
    if asked.database_url is None:
        return "read its log, postgres.log in the data directory"
    match _root(failure):
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return "the user or the password of WHENCE_DATABASE_URL is not the one that PostgreSQL knows"
        case asyncpg.InvalidCatalogNameError():
            return "make it (create database … owner …), or name one that is there in WHENCE_DATABASE_URL"
        case asyncpg.InsufficientPrivilegeError():
            return "come as the role that owns the database and its tables"
        case asyncpg.TooManyConnectionsError():
            return f"raise max_connections of PostgreSQL: a process takes {_EACH}"
        case OSError():
            return "check host and port of WHENCE_DATABASE_URL, and whether PostgreSQL listens there"
        case _:
            return "check host, port, user and password of WHENCE_DATABASE_URL"


def _root(failure: BaseException) -> BaseException:
    while failure.__cause__ is not None:
        failure = failure.__cause__
    return failure


def release(asked: Settings, number: int) -> Finding:
    """The database answers, and is new enough."""
    where = "embedded" if asked.database_url is None else "WHENCE_DATABASE_URL"
    major, minor = divmod(number, 10_000)
    text = f"PostgreSQL {major}.{minor} ({where})"
    if major < _OLDEST:
        return Finding(
            name="database", level="failed", text=f"{text} is too old", remedy=f"{_OLDEST} or newer is needed"
        )
    return Finding(name="database", level="ok", text=f"{text} answers")


def schema(seen: Seen) -> Finding:
    """The tables are those of this release, or can be made so."""
    ours = max(migration.number for migration in migrate.migrations())
    if seen.newest > ours:
        return Finding(
            name="schema",
            level="failed",
            text=f"a newer release has been here: it applied migration {seen.newest}, this one knows {ours}",
            remedy="run the newest release that has used this database",
        )
    if not seen.vitals.owns_tables:
        return Finding(
            name="schema",
            level="failed",
            text="the tables are another role's: nothing can be written, and no month be made or dropped",
            remedy="come as the role that owns them, or make this one a member of it (grant … to …)",
        )
    if not seen.vitals.may_create:
        due = f"{seen.pending} migrations are to be applied" if seen.pending else "every month has tables of its own"
        return Finding(
            name="schema",
            level="failed",
            text=f"{due}, and the role may create no tables",
            remedy="grant create on schema public to the role, or make it the owner of the database",
        )
    if not seen.pending:
        return Finding(name="schema", level="ok", text="up to date")
    return Finding(
        name="schema",
        level="warning",
        text=f"{seen.pending} migrations are to be applied",
        remedy="whence db upgrade, or start whence serve",
    )


def encoding(found: Vitals) -> Finding:
    """Every text can be stored."""
    if found.encoding == "UTF8":
        return Finding(name="encoding", level="ok", text="UTF8")
    return Finding(
        name="encoding",
        level="failed",
        text=f"the database is in {found.encoding}: not every text can be stored, and some come back as others",
        remedy="make one (create database … encoding 'UTF8' template template0), and move to it by pg_dump",
    )


def durability(found: Vitals) -> Finding:
    """What was answered is there after a crash."""
    held = {
        "fsync": found.syncs,
        "full_page_writes": found.writes_full_pages,
        "synchronous_commit": found.waits_for_disk,
    }
    off = [name for name, is_on in held.items() if not is_on]
    if not off:
        return Finding(name="durability", level="ok", text="a commit is on disk when it is answered")
    return Finding(
        name="durability",
        level="failed",
        text=f"{', '.join(off)} off: a crash may lose what was answered",
        remedy=f"set {', '.join(off)} = on, for the server and for this role and database",
    )


def _too_many(asked: Settings) -> list[Finding]:
    """More of our processes than the embedded PostgreSQL serves, with which none of them would begin."""
    text = excess(asked)
    return [Finding(name="connections", level="failed", text=text, remedy=FEWER)] if text else []


def connections(asked: Settings, found: Vitals) -> Finding:
    """All of our processes get the connections that they may want."""
    count = processes(asked)
    wanted = count * _EACH
    text = f"{found.most_connections} for all, {wanted} for {count} of our processes"
    if found.most_connections >= wanted:
        return Finding(name="connections", level="ok", text=text)
    return Finding(
        name="connections",
        level="failed",
        text=text,
        remedy=f"max_connections = {wanted + 10} or more, and as many again for each further machine",
    )


def locks(found: Vitals) -> Finding:
    """A question over many months gets its locks."""
    if found.most_locks >= _FEWEST_LOCKS:
        return Finding(name="locks", level="ok", text=f"max_locks_per_transaction is {found.most_locks}")
    return Finding(
        name="locks",
        level="warning",
        text=f"max_locks_per_transaction is {found.most_locks}: questions over many months may fail",
        remedy=f"max_locks_per_transaction = {_FEWEST_LOCKS} or more",
    )


def notices(seen: Seen) -> Finding:
    """What one process commits, the others hear of."""
    if seen.hears:
        return Finding(name="notices", level="ok", text="LISTEN hears what NOTIFY says")
    return Finding(
        name="notices",
        level="failed",
        text="LISTEN hears nothing: live readers would wait, and revoked tokens be taken for a while",
        remedy="go to PostgreSQL directly, or set the pooler between (PgBouncer, say) to pool_mode = session",
    )


def clock(skew: float) -> Finding:
    """It is the same time there and here."""
    text = f"{abs(skew):.1f} s {'behind' if skew < 0 else 'ahead of'} this machine's"
    if abs(skew) <= _SKEW:
        return Finding(name="database clock", level="ok", text="agrees with this machine's")
    level: Level = "failed" if abs(skew) > _BAD_SKEW else "warning"
    return Finding(name="database clock", level=level, text=text, remedy="set both clocks by NTP")


def past(seen: Seen) -> Finding:
    """Every event is in the tables of its month, with which it will be dropped."""
    if seen.keeps_the_past_apart:
        return Finding(name="months", level="ok", text="events are with their months")
    return Finding(
        name="months",
        level="warning",
        text="events of months that have begun are still among those of later ones: retention passes them by",
        remedy="keep a whence running for a minute; if this stays, look for background.broken in its log",
    )


def growth(size: int, *, since: datetime | None, now: datetime, kept: timedelta, free: int) -> Finding:
    """As much again as there is by the end of the retention fits on the disk, if senders go on as they did."""
    stood = now - since if since is not None else timedelta()
    if stood < timedelta(days=_ENOUGH_DAYS) or stood >= kept:
        return Finding(name="growth", level="ok", text=f"the database has {size / _GIBIBYTE:.1f} GiB")
    to_come = round(size * (kept / stood - 1))
    text = (
        f"{size / _GIBIBYTE:.1f} GiB in {stood.days} days: some {to_come / _GIBIBYTE:.1f} GiB more "
        f"by the end of {kept.days} days, {free / _GIBIBYTE:.1f} GiB free"
    )
    if to_come < free:
        return Finding(name="growth", level="ok", text=text)
    return Finding(
        name="growth",
        level="warning",
        text=text,
        remedy="a larger disk, or WHENCE_RETENTION_DAYS keeps less",
    )


def _trial(asked: Settings) -> Finding:
    """The embedded PostgreSQL before its first start: tried elsewhere, so that nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="whence-doctor-") as elsewhere:
        try:
            with house.explained(asked), Embedded.start(Path(elsewhere)):
                pass
        except CommandError as failure:
            remedy = "set WHENCE_DATABASE_URL to a PostgreSQL of yours, or run where programs may be started"
            return Finding(name="database", level="failed", text=str(failure), remedy=remedy)
    return Finding(name="database", level="ok", text="the embedded PostgreSQL can be started")
