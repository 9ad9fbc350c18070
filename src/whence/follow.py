"""Live reading: subscribe, send what was missed, then what comes; never an event twice, never a silent gap."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from whence.domain.alert import AlertTold
from whence.domain.errors import Unavailable
from whence.domain.event import Event
from whence.domain.problem import FIRST, Problem, ProblemTold
from whence.store import alerts, codec, events, feed, problems
from whence.store.pool import Pool, Reader

MOST_UNREAD: Final = 2_000  # events that a slow reader may be behind before it is told to start again
MOST_UNREAD_BYTES: Final = 8 * 1024 * 1024  # and how large they may be together; readers of an account share them
WHOLE: Final = 2**31 - 1  # in a place, the index behind all that an entry tells, however much that is
_LEAST_BYTES: Final = 2_048  # of an event that says little
_CHUNK: Final = 200  # events that are read from the store at a time
_OF_EACH: Final = 100  # alerts of a problem whose events are read with it: it may have any number

SUBSCRIBERS: Final = Gauge("whence_stream_subscribers", "Live readers.", multiprocess_mode="livesum")
RESETS: Final = Counter("whence_stream_resets", "Live readers that were too slow and told to start again.")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a reader stands in an account's feed: behind the `index`-th piece of news of the entry at `position`.

    An entry tells its events first, then its alerts, then its problems.
    """

    position: int
    index: int

    @property
    def read(self) -> int:
        """The position of the last entry of which nothing is left to tell."""
        return self.position if self.index >= WHOLE else self.position - 1

    def __str__(self) -> str:
        return f"{self.position}.{self.index}"


@dataclass(frozen=True, slots=True)
class Reset:
    """There is a gap, of unknown size, between what was sent and what comes: ask the lists, then follow again."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came for a while; the reader is still followed."""


News = tuple[Place, Event | AlertTold | ProblemTold]
Told = News | Reset | Silence


class _Reader:
    def __init__(self, *, whom: bool) -> None:
        self.whom = whom
        # One more than may be unread: for the reset, or the None behind which nothing comes.
        self._unread: asyncio.Queue[tuple[Told | None, int]] = asyncio.Queue(MOST_UNREAD + 1)
        self._bytes = 0
        self.has_ended = False

    def tell(self, told: Sequence[tuple[News, int]]) -> None:
        """Keep the news, each with its size, for when it is asked for."""
        if self.has_ended:
            return
        size = sum(size for _, size in told)
        is_behind = self._bytes > 0 and self._bytes + size > MOST_UNREAD_BYTES
        if is_behind or self._unread.qsize() + len(told) > MOST_UNREAD:
            RESETS.inc()
            self.end(Reset())
            return
        self._bytes += size
        for one in told:
            self._unread.put_nowait(one)

    def end(self, last: Reset | None) -> None:
        """Nothing comes behind this."""
        if not self.has_ended:
            self.has_ended = True
            self._unread.put_nowait((last, 0))

    async def next(self) -> Told | None:
        """What comes next; None at the end."""
        told, size = await self._unread.get()
        self._bytes -= size
        return told


@dataclass(slots=True, eq=False)
class _Account:
    """`position`: what all readers were told. `farthest`: what one was of what it had missed; the pump comes later."""

    readers: set[_Reader]
    position: int
    news: asyncio.Event
    pump: asyncio.Task[None] | None = None
    may_be_gone: bool = False
    farthest: int = 0


class Follow:
    """The live readers of this process. One pump an account reads what was committed, for all its readers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._accounts: dict[UUID, _Account] = {}

    def heard(self, payload: str) -> None:
        """Something was committed: `account position`; or the account was deleted: `account shut`."""
        account_id, _, what = payload.partition(" ")
        account = self._accounts.get(UUID(account_id))
        if account is not None:
            account.may_be_gone |= what == feed.SHUT
            account.news.set()

    def close(self) -> None:
        """No live reader hears more than it has been told, and each can go on from there; for a server that stops."""
        for account in self._accounts.values():
            for reader in account.readers:
                reader.end(None)

    def missed(self, listening: bool) -> None:  # noqa: FBT001  # the signature that an Ear calls
        """Something may have been committed unheard: look."""
        if listening:
            for account in self._accounts.values():
                account.may_be_gone = True
                account.news.set()

    @asynccontextmanager
    async def follow(
        self,
        account: UUID,
        *,
        behind: Place | None = None,
        quiet: timedelta,
        whom: bool = False,
    ) -> AsyncGenerator[AsyncGenerator[Told]]:
        """The account's events and what happens to its alerts and problems, oldest first.

        From `behind` on, or from now. Whenever nothing came for as long as `quiet`, that is told. When the account is
        deleted, nothing comes any more. `whom`: problems are told with events, which say whom they concern; these are
        most of the work, so who needs none should not ask for them.
        """
        reader = _Reader(whom=whom)
        async with self._subscribed(account, reader):
            yield self._told(account, reader, await self._begin(account, behind), quiet)

    async def place(self, account: UUID, *, since: datetime | None = None) -> Place:
        """Where who begins now would stand: behind all that was announced until `since`, or by now."""
        async with self._pool.reader() as db:
            position = await (feed.head(db, account) if since is None else feed.before(db, account, since))
        return Place(position, WHOLE)

    async def _begin(self, account: UUID, behind: Place | None) -> Place | None:
        async with self._pool.reader() as db:
            if await feed.is_shut(db, account):
                return None
            if behind is not None:
                is_known = behind.position <= await feed.head(db, account)
                kept = is_known and await feed.reaches_back_to(db, account, behind.read)
                return behind if kept else None
            return Place(await feed.head(db, account), WHOLE)

    async def _told(
        self, account: UUID, reader: _Reader, behind: Place | None, quiet: timedelta
    ) -> AsyncGenerator[Told]:
        if behind is None:
            yield Reset()
            return
        async for place, said in self._backfill(account, behind, whom=reader.whom):
            behind = place
            if account in self._accounts:
                followed = self._accounts[account]
                followed.farthest = max(followed.farthest, place.position)
            yield place, said
        while True:
            try:
                async with asyncio.timeout(quiet.total_seconds()):
                    told = await reader.next()
            except TimeoutError:
                yield Silence()
                continue
            if told is None:
                return
            if not isinstance(told, tuple):
                yield told
                return
            if told[0] > behind:
                behind = told[0]  # an entry that was half read when the database went is read again
                yield told

    async def _backfill(self, account: UUID, behind: Place, *, whom: bool) -> AsyncGenerator[News]:
        position = behind.read
        while True:
            async with self._pool.reader() as db:
                entries = await feed.since(db, account, position, limit=20)
            for entry in entries:
                async for news in self._read(account, entry, whom=whom):
                    for place, said in news:
                        if place > behind:
                            yield place, said
                position = entry.position
            if not entries:
                return

    async def _read(self, account: UUID, entry: feed.Entry, *, whom: bool) -> AsyncGenerator[Sequence[News]]:
        index_by_id = {event_id: index for index, (event_id, _) in enumerate(entry.events)}
        for first in range(0, len(entry.events), _CHUNK):
            async with self._pool.reader() as db:
                found = await events.some(db, account, entry.events[first : first + _CHUNK])
            yield [(Place(entry.position, index_by_id[event.id]), event) for event in found]
        for first in range(0, len(entry.alerts), _CHUNK):
            told = await self._alerts(account, entry.alerts[first : first + _CHUNK])
            behind_events = len(entry.events) + first
            yield [
                (Place(entry.position, behind_events + index), one) for index, one in enumerate(told) if one is not None
            ]
        few = _CHUNK // (_OF_EACH if whom else FIRST)
        for first in range(0, len(entry.problems), few):
            happened = await self._problems(account, entry.problems[first : first + few], whom=whom)
            behind_alerts = len(entry.events) + len(entry.alerts) + first
            yield [
                (Place(entry.position, behind_alerts + index), one)
                for index, one in enumerate(happened)
                if one is not None
            ]

    async def _alerts(self, account: UUID, alert_ids: Sequence[UUID]) -> list[AlertTold | None]:
        """Each alert as it is now, with its event; None where one of them is gone."""
        async with self._pool.reader() as db:
            known = await alerts.some(db, account, alert_ids)
            places = {alert.event_id: alert.event_at for alert in known.values()}
            shown = {event.id: event for event in await events.some(db, account, list(places.items()))}
        now = datetime.now(UTC)
        return [
            AlertTold(alert=alert.as_of(now), event=shown[alert.event_id])
            if (alert := known.get(alert_id)) is not None and alert.event_id in shown
            else None
            for alert_id in alert_ids
        ]

    async def _problems(self, account: UUID, problem_ids: Sequence[UUID], *, whom: bool) -> list[ProblemTold | None]:
        """Each problem as it is now, with what says whom it concerns if that is asked for; None where it is gone."""
        now = datetime.now(UTC)
        async with self._pool.reader() as db:
            known = await problems.some(db, account, problem_ids)
            wholes = {problem_id: await _whole(db, account, one) for problem_id, one in known.items()}
            each = _OF_EACH if whom else FIRST
            members = await problems.alerts_of(db, account, sorted(set(wholes.values())), each=each)
            unattended = await problems.unattended(db, account, known.values(), now=now)
            places = {alert.event_id: alert.event_at for those in members.values() for alert in those} if whom else {}
            shown = {event.id: event for event in await events.some(db, account, list(places.items()))}

        def told(problem: Problem) -> ProblemTold:
            those = members[wholes[problem.id]]
            return ProblemTold(
                problem=problem,
                alerts=() if problem.merged_into else tuple(alert.as_of(now) for alert in those),
                unattended=unattended[problem.id],
                events=tuple(shown[alert.event_id] for alert in those if alert.event_id in shown),
            )

        return [told(known[problem_id]) if problem_id in known else None for problem_id in problem_ids]

    @asynccontextmanager
    async def _subscribed(self, account_id: UUID, reader: _Reader) -> AsyncGenerator[None]:
        account = self._accounts.get(account_id)
        if account is None:
            async with self._pool.reader() as db:
                position = await feed.head(db, account_id)
            account = self._accounts.setdefault(account_id, _Account(set(), position, asyncio.Event()))
        if account.pump is None or account.pump.done():
            account.pump = asyncio.create_task(self._pump(account_id, account))
        account.readers.add(reader)
        SUBSCRIBERS.inc()
        try:
            yield
        finally:
            SUBSCRIBERS.dec()
            account.readers.discard(reader)
            if not account.readers:
                account.pump.cancel()
                self._accounts.pop(account_id, None)

    async def _pump(self, account_id: UUID, account: _Account) -> None:
        while True:
            await account.news.wait()
            account.news.clear()
            try:
                await self._spread(account_id, account)
            except Unavailable:
                log.warning("feed.unreadable")
                await asyncio.sleep(0.2)  # not to spin on a database that is away
                account.news.set()
            except Exception:  # the edge of a background task: its readers must not wait for ever
                log.exception("feed.broken")
                for reader in account.readers:
                    reader.end(Reset())
                return

    async def _spread(self, account_id: UUID, account: _Account) -> None:
        if account.may_be_gone:
            account.may_be_gone = False
            try:
                async with self._pool.reader() as db:
                    is_gone = await feed.is_shut(db, account_id)
                    head = await feed.head(db, account_id)
            except Unavailable:
                account.may_be_gone = True
                raise
            told = max(account.position, account.farthest)
            if is_gone or head < told:  # of a database that went back: what was told is not there
                for reader in account.readers:
                    reader.end(None if is_gone else Reset())
                account.position = account.farthest = head
                return
        while True:
            async with self._pool.reader() as db:
                entries = await feed.since(db, account_id, account.position, limit=20)
            for entry in entries:
                # Who comes while it is read was told of it before, or asks for it again.
                whom = any(reader.whom for reader in account.readers)
                async for told in self._read(account_id, entry, whom=whom):
                    sized = [(news, _size(news[1])) for news in told]
                    for reader in account.readers:
                        reader.tell(sized)
                account.position = entry.position
            if not entries:
                return


def _size(said: Event | AlertTold | ProblemTold) -> int:
    """About how many bytes are kept of it."""
    match said:
        case Event(properties=properties, description=description):
            return _LEAST_BYTES + len(description) + len(codec.object_text(properties) or "")
        case AlertTold(event=event):
            return _LEAST_BYTES + _size(event)
        case ProblemTold(alerts=alerts, events=events):
            return _LEAST_BYTES * (1 + len(alerts)) + sum(map(_size, events))


async def _whole(db: Reader, account: UUID, problem: Problem) -> UUID:
    """The problem that it is part of by now, over however many steps; itself when it stands for itself."""
    while problem.merged_into is not None:
        found = await problems.some(db, account, [problem.merged_into])
        if problem.merged_into not in found:
            break
        problem = found[problem.merged_into]
    return problem.id
