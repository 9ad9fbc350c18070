"""The life of alerts, in any order of what can happen to them, against a model that fits on a page."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

import anyio.from_thread
import anyio.to_thread
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.builders import asked, report
from tests.ingest.conftest import run
from tests.tenants import MakeTenant, Tenant
from whence.alerts import Alerts
from whence.domain.alert import Alert, AlertFilter
from whence.domain.errors import NotFound
from whence.domain.event import Accepted, Kind, Report, Severity, Span
from whence.domain.page import Order, Page
from whence.ingest import Ingest
from whence.store.pool import Pool

T = TypeVar("T")
MINUTE: Final = timedelta(minutes=1)
KEYS: Final = st.sampled_from("ab")
MINUTES: Final = st.sampled_from([1, 5, 15, 120])
TIMEOUTS: Final = st.one_of(st.none(), MINUTES)


@dataclass(kw_only=True)
class Episode:
    """What the model knows of one alert."""

    key: str
    opened: datetime
    until: datetime | None
    words: str
    severity: Severity
    reports: int = 1
    ended: datetime | None = None
    by: str | None = None
    seen: bool = False

    def says(self) -> tuple[object, ...]:
        """All of it, to be compared."""
        state = "closed" if self.ended else "acknowledged" if self.seen else "open"
        return self.key, state, self.opened, self.until, self.ended, self.by, self.reports, self.severity


class Model:
    """Alerts as they should be: plain Python, one report after the other."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []

    def standing(self, key: str, now: datetime) -> Episode | None:
        """The open episode of the key."""
        self.pass_to(now)
        return next((e for e in self.episodes if e.key == key and not e.ended), None)

    def pass_to(self, now: datetime) -> None:
        """Time passes: what nobody reported again is over."""
        for episode in self.episodes:
            if not episode.ended and episode.until and episode.until <= now:
                episode.ended, episode.by = max(episode.until, episode.opened), "timeout"

    def take(self, said: Report, now: datetime) -> None:
        """A report."""
        key = said.key or ""
        standing = self.standing(key, now)
        if said.kind is Kind.RECOVERY:
            if standing:
                standing.ended, standing.by = max(said.span.end, standing.opened), "recovery"
            return
        until = said.span.end if not said.span.is_moment else now + said.timeout if said.timeout else None
        if standing and until and until <= standing.opened:
            standing = None
        if standing:
            standing.until, standing.words, standing.severity = until, said.description, said.severity
            standing.reports += 1
        else:
            self.episodes.append(
                Episode(key=key, opened=said.span.start, until=until, words=said.description, severity=said.severity)
            )
        self.pass_to(now)


def problem(key: str, timeout: int | None, severity: Severity, words: str, *, now: datetime) -> Report:
    """The condition stands."""
    return report(
        kind=Kind.PROBLEM, key=key, type="t", title="broken", description=words, severity=severity,
        span=Span.moment(now), timeout=None if timeout is None else timeout * MINUTE,
    )  # fmt: skip


def finished(key: str, began: int, lasted: int, *, now: datetime) -> Report:
    """The condition stood, a while ago or until in a while."""
    start = now - began * MINUTE
    return report(
        kind=Kind.PROBLEM, key=key, type="t", title="was", span=Span(start=start, end=start + lasted * MINUTE)
    )


def recovery(key: str, *, now: datetime) -> Report:
    """The condition is over."""
    return report(kind=Kind.RECOVERY, key=key, type="t", title="well", span=Span.moment(now))


Say = partial[Report]
words: Final = st.sampled_from(["", "slow", "down"])
says: Final[st.SearchStrategy[Say]] = st.one_of(
    st.builds(Say, st.just(problem), KEYS, TIMEOUTS, st.sampled_from(Severity), words),
    st.builds(Say, st.just(recovery), KEYS),
    st.builds(Say, st.just(finished), KEYS, MINUTES, MINUTES),
)


class Life(RuleBasedStateMachine):
    """What can happen, to the service and to the model alike."""

    def __init__(self, account: MakeTenant, pool: Pool) -> None:
        super().__init__()
        self.pool = pool
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.model = Model()
        self.owner: Tenant = self.call(account)
        self.by = self.owner.admin
        self.start()

    def call(self, what: Callable[..., Awaitable[T]], *args: Any) -> T:  # noqa: ANN401
        """Run it in the loop of the house."""

        async def awaited() -> T:
            return await what(*args)

        return anyio.from_thread.run(awaited)

    def start(self) -> None:
        """A process comes up on the database as it is."""
        self.stack = AsyncExitStack()
        self.alerts = Alerts(self.pool, clock=lambda: self.now)

        async def begin() -> Ingest:
            ingest = Ingest(self.pool, retention=timedelta(days=90), queue_limit=1000, slot=5, clock=lambda: self.now)
            run(ingest, self.stack)
            return ingest

        self.ingest = self.call(begin)

    @rule(what=st.lists(says, min_size=1, max_size=4))
    def reported(self, what: list[Say]) -> None:
        """One request, of one report or of several."""
        reports = [say(now=self.now) for say in what]
        for receipt in self.call(self.ingest.accept, self.by.account_id, reports):
            assert isinstance(receipt, Accepted)
        for said in reports:
            self.model.take(said, self.now)

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        """Nothing happens for a while."""
        self.now += minutes * MINUTE
        self.model.pass_to(self.now)

    @rule()
    def expired(self) -> None:
        """The background takes its turn, on two nodes at once; what is left open on the timeline is open."""
        other = Alerts(self.pool, clock=lambda: self.now)

        async def both() -> None:
            await asyncio.gather(self.alerts.expire(), other.expire())

        self.call(both)
        self.events_agree()

    @rule(key=KEYS)
    def closed(self, key: str) -> None:
        """Somebody says that it is over."""
        standing = self.model.standing(key, self.now)
        try:
            self.call(self.alerts.close_key, self.by, key)
        except NotFound:
            assert standing is None
        else:
            assert standing is not None
            standing.ended, standing.by = max(self.now, standing.opened), "user"

    @rule(key=KEYS)
    def acknowledged(self, key: str) -> None:
        """Somebody has seen it."""
        standing = self.model.standing(key, self.now)
        for alert in self.listed(key):
            self.call(self.alerts.acknowledge, self.by, alert.id)
        if standing:
            standing.seen = True

    @rule()
    def restarted(self) -> None:
        """The process ends, and another begins."""
        self.call(self.stack.aclose)
        self.start()

    @invariant()
    def alerts_agree(self) -> None:
        """Every episode is as the model has it, and no key is open twice."""
        expected = sorted(map(repr, (episode.says() for episode in self.model.episodes)))
        found = sorted(
            repr((a.key, a.state.value, a.opened_at, a.expires_at, a.closed_at,
                  a.closed_by and a.closed_by.value, a.report_count, a.severity))
            for a in self.listed()
        )  # fmt: skip
        assert found == expected

    def events_agree(self) -> None:
        """The timeline shows each episode once, as long as it lasted, in the words of its last report."""
        shown = self.call(self.owner.found, asked(kinds=(Kind.PROBLEM,)), Order.OLDEST)
        expected = sorted((e.opened, e.words, e.reports, e.ended is None, e.ended) for e in self.model.episodes)
        assert (
            sorted(
                (e.span.start, e.description, e.report_count, e.is_open, None if e.is_open else e.span.end)
                for e in shown
            )
            == expected
        )

    def listed(self, *keys: str) -> tuple[Alert, ...]:
        """The alerts of these keys, or of all."""

        async def page() -> Page[Alert]:
            return await self.alerts.page(self.by, AlertFilter(keys=keys), cursor=None, limit=1000)

        return self.call(page).items

    def teardown(self) -> None:
        """The process ends."""
        self.call(self.stack.aclose)


async def test_any_life_is_as_the_model_says(account: MakeTenant, pool: Pool) -> None:
    """[AL1] Report, refresh, recover, expire, close, acknowledge, restart: in any order the alerts are the model's."""
    some = settings(max_examples=100, stateful_step_count=30, deadline=None)

    class Here(Life):
        def __init__(self) -> None:
            super().__init__(account, pool)

    await anyio.to_thread.run_sync(lambda: run_state_machine_as_test(Here, settings=some))
