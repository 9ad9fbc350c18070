"""When a maintenance window goes on, whatever is done to clocks, and until when several keep an alert quiet."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import entity
from whence.domain.event import Span
from whence.domain.identity import new_id
from whence.domain.maintenance import LATEST, Maintenance, Mode, Quiet, Recurrence, quiet_until, violations
from whence.domain.scope import ALL_SERVICES, Scope

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
AFTER: Final = 9 * DAY  # a change of the clock, that the slow version walks through
PERIODS: Final = {Recurrence.DAILY: DAY, Recurrence.WEEKLY: 7 * DAY}
CHANGES: Final = {  # when a clock is put forward or back
    "Europe/Vienna": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    # by half an hour
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
}
AROUND: Final = st.sampled_from([15 * MINUTE * n for n in range(-8, 11)])  # a change, with the hour that it is about
MOMENTS: Final = st.one_of(AROUND, AROUND.map(lambda about: about - MINUTE), st.integers(-600, 600).map(MINUTE.__mul__))
DAYS: Final = st.sampled_from([*[0 * DAY] * 5, -DAY, DAY, 7 * DAY])


def window(**given: Any) -> Maintenance:  # noqa: ANN401  a builder takes what the value does
    """Two hours on the evening of 1 May 2026."""
    at = utc("2026-05-01T20:00")
    defaults: dict[str, Any] = {
        "id": new_id(at), "name": "database upgrade", "starts_at": at, "ends_at": at + 2 * HOUR, "created_by": "ops",
        "created_at": at, "updated_at": at,
    }  # fmt: skip
    return Maintenance(**{**defaults, **given})


def utc(text: str) -> datetime:
    """The instant, in UTC unless the text says otherwise."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def span(start: str, end: str) -> Span:
    """From then to then."""
    return Span(start=utc(start), end=utc(end))


@st.composite
def windows(draw: st.DrawFn, *, zone: str, change: datetime) -> Maintenance:
    """A window that begins up to nine days before a change of the clock, and recurs around it."""
    recurrence = draw(st.sampled_from([*Recurrence, Recurrence.DAILY, Recurrence.WEEKLY]))
    starts_at = change - draw(st.sampled_from([0, 1, 6, 7, 7, 9])) * DAY + draw(AROUND)
    most = PERIODS.get(recurrence, 3 * DAY)
    lengths = [MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE, DAY / 2, most - 20 * MINUTE, most - MINUTE, most]
    ends_at = starts_at + draw(st.sampled_from(lengths))
    last_at = None
    if recurrence is not Recurrence.ONCE:
        last_at = draw(st.sampled_from([None, None, starts_at, change - MINUTE, change + DAY]))
    made = window(
        recurrence=recurrence, starts_at=starts_at, ends_at=ends_at, time_zone=zone, last_at=last_at,
        mode=draw(st.sampled_from(Mode)), scope=draw(st.sampled_from([None, ALL_SERVICES, Scope(clauses=())])),
    )  # fmt: skip
    return made if not violations(made) else window(starts_at=starts_at, ends_at=starts_at + HOUR, mode=made.mode)


@st.composite
def situations(draw: st.DrawFn, *, most: int) -> tuple[list[Maintenance], datetime, datetime]:
    """Windows of a zone and of UTC around a change of its clock, an instant to ask about, and when to look no more."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[zone]))
    several = st.sampled_from([zone, zone, "UTC"]).flatmap(lambda name: windows(zone=name, change=change))
    made = draw(st.lists(several, min_size=1, max_size=most))
    return made, change + draw(DAYS) + draw(MOMENTS), change + AFTER


def instants(shown: datetime, zone: ZoneInfo) -> list[datetime]:
    """When a clock of the zone shows that, found by trying; for what it skips, by both of the day's offsets."""
    offsets = {
        (shown + n * DAY / 4).replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(0) for n in range(-6, 7)
    }
    tried = sorted((shown - offset).replace(tzinfo=UTC) for offset in offsets)
    return [at for at in tried if at.astimezone(zone).replace(tzinfo=None) == shown] or tried


def occurrences(w: Maintenance) -> list[Span]:
    """Those of the first weeks, one after the other."""
    found = [Span(start=w.starts_at, end=w.ends_at)]
    zone = ZoneInfo(w.time_zone)
    start, end = (at.astimezone(zone).replace(tzinfo=None) for at in (w.starts_at, w.ends_at))
    if end <= start:
        end = start + (w.ends_at - w.starts_at)
    while (period := PERIODS.get(w.recurrence)) and found[-1].start < w.starts_at + 9 * DAY + AFTER + 14 * DAY:
        start, end = start + period, end + period
        following = Span(start=instants(start, zone)[0], end=instants(end, zone)[-1])
        if w.last_at is not None and following.start > w.last_at:
            break
        found.append(following)
    return found


def covering(window: Maintenance, at: datetime) -> Span | None:
    """The stretch that covers the instant."""
    return window.stretch(at) if window.is_on(at) else None


def first_free(at: datetime, covered: Callable[[datetime], bool], *, horizon: datetime) -> datetime:
    """The first minute from then on that is not covered, or the horizon."""
    while at < horizon and covered(at):
        at += MINUTE
    return at


@given(situation=situations(most=1))
def test_a_window_covers_what_its_occurrences_do(situation: tuple[list[Maintenance], datetime, datetime]) -> None:
    """[MA1] Found by arithmetic or minute by minute, around a change of the clock; what adjoins is one stretch."""
    (w,), asked, horizon = situation
    all_of_them = occurrences(w)

    def covered(minute: datetime) -> bool:
        return any(one.start <= minute < one.end for one in all_of_them)

    found = covering(w, asked)

    assert (found is not None) == covered(asked)
    if found is not None:
        assert min(found.end, horizon) == first_free(asked, covered, horizon=horizon)
        assert covered(found.start)
        assert not covered(found.start - MINUTE)
    assert w.upcoming(asked) == next((one for one in all_of_them if one.end > asked), None)


@given(situation=situations(most=5))
def test_several_windows_are_one_silence(situation: tuple[list[Maintenance], datetime, datetime]) -> None:
    """[MA2] Those that overlap or adjoin, of those that concern the entity; it is over at the first free minute."""
    several, asked, horizon = situation
    mine = [(w, occurrences(w)) for w in several if w.scope is None or w.scope == ALL_SERVICES]

    def modes(minute: datetime) -> set[Mode]:
        return {w.mode for w, spans in mine if any(one.start <= minute < one.end for one in spans)}

    found = quiet_until(several, asked, entity("shop"))

    assert (found is not None) == bool(modes(asked))
    if found is not None:
        assert min(found.until, horizon) == first_free(asked, lambda minute: bool(modes(minute)), horizon=horizon)
        assert (found.mode is Mode.RECORD_ONLY) == (Mode.RECORD_ONLY in modes(asked))


@pytest.mark.parametrize(
    ("first", "at", "expected"),
    [
        # 22:00 in Vienna, in winter and in summer
        ("2026-03-01T21:00/2026-03-01T23:00", "2026-03-20T21:30", "2026-03-20T21:00/2026-03-20T23:00"),
        ("2026-03-01T21:00/2026-03-01T23:00", "2026-04-20T20:30", "2026-04-20T20:00/2026-04-20T22:00"),
        # on 29 March the clock goes from 2:00 to 3:00: over the change, from what it skips, to it, and within it
        ("2026-03-01T00:30/2026-03-01T03:00", "2026-03-29T00:30", "2026-03-29T00:30/2026-03-29T02:00"),
        ("2026-03-01T01:30/2026-03-01T02:30", "2026-03-29T00:45", "2026-03-29T00:30/2026-03-29T01:30"),
        ("2026-03-01T00:30/2026-03-01T01:30", "2026-03-29T01:15", "2026-03-29T00:30/2026-03-29T01:30"),
        ("2026-03-01T01:15/2026-03-01T01:45", "2026-03-29T01:00", "2026-03-29T00:15/2026-03-29T01:45"),
        # on 25 October it goes from 3:00 to 2:00
        ("2026-10-01T23:30/2026-10-02T00:30", "2026-10-25T01:15", "2026-10-24T23:30/2026-10-25T01:30"),
        ("2026-10-02T00:30/2026-10-02T01:30", "2026-10-25T00:30", "2026-10-25T00:30/2026-10-25T02:30"),
        # it begins as the clock shows 2:45 for the first time, and ends as it shows 2:15 for the second
        ("2025-10-26T00:45/2025-10-26T01:15", "2026-05-01T01:00", "2026-05-01T00:45/2026-05-01T01:15"),
    ],
)  # fmt: skip
def test_a_daily_window_keeps_to_the_clock_on_the_wall(first: str, at: str, expected: str) -> None:
    """[MA1] What the clock shows twice or skips makes the window longer."""
    starts_at, ends_at = map(utc, first.split("/"))
    daily = window(recurrence=Recurrence.DAILY, starts_at=starts_at, ends_at=ends_at, time_zone="Europe/Vienna")

    assert covering(daily, utc(at)) == span(*expected.split("/"))


def test_the_end_is_not_part_of_a_window() -> None:
    """The start is."""
    once = window()

    assert covering(once, once.starts_at) == Span(start=once.starts_at, end=once.ends_at)
    assert covering(once, once.ends_at - timedelta.resolution) is not None
    assert covering(once, once.ends_at) is None
    assert covering(once, once.starts_at - timedelta.resolution) is None


def test_a_window_without_a_gap_is_one_stretch() -> None:
    """To the last occurrence; without one, to where all end."""
    start = utc("2026-05-01T20:00")
    always = window(recurrence=Recurrence.DAILY, ends_at=start + DAY, time_zone="Europe/Vienna")
    week = window(recurrence=Recurrence.DAILY, ends_at=start + DAY, last_at=start + 6 * DAY)

    endless = covering(always, utc("2100-01-01T00:00"))

    assert endless is not None
    assert endless.start == start
    assert LATEST < endless.end < LATEST + DAY
    assert covering(week, start + 3 * DAY) == Span(start=start, end=start + 7 * DAY)
    assert covering(week, start + 7 * DAY) is None
    assert covering(always, LATEST + 30 * DAY) is None


def test_a_stretch_ends_with_the_windows_that_go_on() -> None:
    """Each the next one's neighbour: the first over when the second begins, and the strictest of those now counts."""
    first = window(mode=Mode.RECORD_ONLY)
    second = window(starts_at=first.ends_at, ends_at=first.ends_at + HOUR)
    later = window(starts_at=second.ends_at + MINUTE, ends_at=second.ends_at + HOUR)

    assert quiet_until([later, second, first], first.starts_at, None) == Quiet(
        until=second.ends_at, mode=Mode.RECORD_ONLY
    )
    assert quiet_until([later, second, first], first.ends_at, None) == Quiet(until=second.ends_at, mode=Mode.NO_PROBLEM)
    assert quiet_until([later, second, first], second.ends_at, None) is None


def test_a_silence_of_very_many_pieces_is_found_piece_by_piece() -> None:
    """Day and night, each a window of its own: for more than a year at once, and then asked about again."""
    noon = utc("2026-05-01T12:00")
    night = window(recurrence=Recurrence.DAILY, starts_at=noon, ends_at=noon + DAY / 2)
    day = window(recurrence=Recurrence.DAILY, starts_at=noon + DAY / 2, ends_at=noon + DAY)

    found = quiet_until([day, night], noon, None)

    assert found is not None
    assert found.until > noon + 365 * DAY
    assert quiet_until([day, night], found.until, None) is not None


def test_a_scope_says_whom_a_window_concerns() -> None:
    """One without concerns all, also what is about nothing that is known."""
    shop, till = entity("shop"), entity("till")
    one, every = window(scope=Scope.entities([shop.id])), window()

    assert [one.covers(shop), one.covers(till), one.covers(None)] == [True, False, False]
    assert [every.covers(shop), every.covers(None)] == [True, True]
    assert quiet_until([one], one.starts_at, till) is None


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    """Another one did, and what is stored must be readable everywhere."""
    lost = window(recurrence=Recurrence.DAILY, time_zone="Mars/Olympus_Mons")

    assert covering(lost, utc("2026-05-09T20:00")) == span("2026-05-09T20:00", "2026-05-09T22:00")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"ends_at": utc("2026-05-01T20:00")}, {"ends_at": "must be after starts_at"}),
        ({"ends_at": utc("2026-07-30T20:00")}, {}),
        ({"ends_at": utc("2026-07-30T20:01")}, {"ends_at": "must be at most 90 days after starts_at"}),
        ({"recurrence": "daily", "ends_at": utc("2026-05-02T20:00")}, {}),
        (
            {"recurrence": "daily", "ends_at": utc("2026-05-02T20:01")},
            {"ends_at": "must be at most 1 day after starts_at"},
        ),
        ({"recurrence": "weekly", "ends_at": utc("2026-05-08T20:00")}, {}),
        (
            {"recurrence": "weekly", "ends_at": utc("2026-05-08T20:01")},
            {"ends_at": "must be at most 7 days after starts_at"},
        ),
        # a day of 25 hours is a day
        (
            {
                "recurrence": "daily", "time_zone": "Europe/Vienna",
                "starts_at": utc("2026-10-24T22:00"), "ends_at": utc("2026-10-25T23:00"),
            },
            {},
        ),
        (
            {
                "recurrence": "daily", "time_zone": "Europe/Vienna",
                "starts_at": utc("2026-03-28T23:00"), "ends_at": utc("2026-03-29T23:00"),
            },
            {"ends_at": "must be at most 1 day after starts_at"},
        ),
        ({"last_at": utc("2026-06-01T00:00")}, {"last_at": "is only for what recurs"}),
        ({"recurrence": "daily", "last_at": utc("2026-05-01T20:00")}, {}),
        (
            {"recurrence": "daily", "last_at": utc("2026-05-01T19:59")},
            {"last_at": "must not be before starts_at"},
        ),
        (
            {"recurrence": "daily", "starts_at": utc("0001-01-01T00:00"), "last_at": utc("9999-12-31T23:59")},
            {"starts_at": "must be from 1970 to 2199", "last_at": "must be from 1970 to 2199"},
        ),
        (
            {"recurrence": "daily", "ends_at": utc("9999-12-31T23:59"), "time_zone": "Pacific/Kiritimati"},
            {"ends_at": "must be from 1970 to 2199"},
        ),
        *(
            ({"time_zone": name}, {"time_zone": "must be a name of the IANA time zone database, as Europe/Vienna"})
            for name in ("", "Vienna", "europe/vienna", "localtime", "Europe", "../UTC", "/etc/passwd", "x" * 5_000)
        ),
        (
            {"ends_at": utc("2026-05-01T19:00"), "time_zone": "CEST", "last_at": utc("2026-06-01T00:00")},
            {
                "ends_at": "must be after starts_at",
                "time_zone": "must be a name of the IANA time zone database, as Europe/Vienna",
                "last_at": "is only for what recurs",
            },
        ),
    ],
)  # fmt: skip
def test_every_fault_of_a_window_is_told(given: dict[str, Any], expected: dict[str, str]) -> None:
    """Each with the name of its field, in the order of the fields."""
    asked = {**given, "recurrence": Recurrence(given.get("recurrence", "once"))}

    found = violations(window(**asked))

    assert [(one.path, one.message) for one in found] == list(expected.items())
