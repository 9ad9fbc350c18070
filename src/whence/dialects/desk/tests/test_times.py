"""[5.4] Time expressions, and the words of `relativeTime` (5.1)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, integers, sampled_from, text, timedeltas

from whence.dialects.desk import times

NOW = datetime(2026, 9, 21, 13, 33, 20, 123_456, tzinfo=UTC)  # a Monday
instants = datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=sampled_from([UTC]))  # noqa: DTZ001
units = sampled_from("mhdwMy")


def utc(*parts: int) -> datetime:
    """The instant of these calendar fields."""
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]  years first, as always


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0", utc(1970, 1, 1)),
        ("1790000000000", utc(2026, 9, 21, 14, 13, 20)),
        ("253402300799999", utc(9999, 12, 31, 23, 59, 59, 999_000)),
        ("2026-09-21T13:33:20.000+02:00", utc(2026, 9, 21, 11, 33, 20)),
        ("2026-09-21 13:33:20.000+02:00", utc(2026, 9, 21, 11, 33, 20)),
        ("2026-09-21T13:33:20.000 02:00", utc(2026, 9, 21, 11, 33, 20)),
        ("2026-09-21T13:33:20.000+0200", utc(2026, 9, 21, 11, 33, 20)),
        ("2026-09-21T13:33-05:30", utc(2026, 9, 21, 19, 3)),
        ("2026-09-21T13:33", utc(2026, 9, 21, 13, 33)),
        ("2026-09-21 13:33:20", utc(2026, 9, 21, 13, 33, 20)),
        ("2026-09-21T13:33:20Z", utc(2026, 9, 21, 13, 33, 20)),
        ("2026-09-21T13:33:20.5", utc(2026, 9, 21, 13, 33, 20, 500_000)),
        ("2026-09-21T13:33:20.123456789Z", utc(2026, 9, 21, 13, 33, 20, 123_456)),
        ("1969-12-31T23:59:59Z", utc(1970, 1, 1)),
        ("now", NOW),
        ("now-30m", NOW - timedelta(minutes=30)),
        ("now-2h", NOW - timedelta(hours=2)),
        ("now-3d", NOW - timedelta(days=3)),
        ("now-1w", NOW - timedelta(weeks=1)),
        ("now-1M", utc(2026, 8, 21, 13, 33, 20, 123_456)),
        ("now-9M", utc(2025, 12, 21, 13, 33, 20, 123_456)),
        ("now-1y", utc(2025, 9, 21, 13, 33, 20, 123_456)),
        ("now-0m", NOW),
        ("now-1w/d", utc(2026, 9, 14)),
        ("now-1y/w", utc(2025, 9, 15)),
        ("now-2h/h", utc(2026, 9, 21, 11)),
        ("now-2h/m", utc(2026, 9, 21, 11, 33)),
        ("now-1d/w", utc(2026, 9, 14)),
        ("now/w", utc(2026, 9, 21)),
        ("now/M", utc(2026, 9, 1)),
        ("now/y", utc(2026, 1, 1)),
        ("now-999999999y", utc(1970, 1, 1)),
        ("now-999999999m", utc(1970, 1, 1)),
    ],
)
def test_expressions(expression: str, expected: datetime) -> None:
    """[5.4] Milliseconds, ISO 8601 with its optional parts, and what is counted back from now and aligned."""
    assert times.of_text(expression, now=NOW) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "", " ", "today", "-1", "1.5", "+1790000000000", "253402300800000", "9" * 16, "٣", "2026-09-21",
        "2026-09-21T13", "2026-02-30T00:00", "2026-09-21T25:00", "2026-09-21T13:33:61", "2026-09-21T13:33:20.+02:00",
        "9999-12-31T23:59:59-23:59", "now ", "NOW", "now-", "now-2", "now-2s", "now+2h", "now-2h/", "now-2h/x",
        "now-1h-1h", "now-1234567890m",
    ],
)  # fmt: skip
def test_what_is_no_time(expression: str) -> None:
    """[5.4] Anything else is no time, whoever asks decides what that means."""
    assert times.of_text(expression, now=NOW) is None


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [
        (utc(2026, 3, 31), 1, utc(2026, 2, 28)),
        (utc(2024, 3, 31), 1, utc(2024, 2, 29)),
        (utc(2026, 1, 31), 2, utc(2025, 11, 30)),
        (utc(2024, 2, 29), 12, utc(2023, 2, 28)),
    ],
)
def test_a_day_that_the_month_lacks_is_its_last(at: datetime, months: int, expected: datetime) -> None:
    """[5.4] Months are those of the calendar."""
    assert times.back(at, months, "M") == expected


@given(at=instants)
def test_iso_and_milliseconds_agree(at: datetime) -> None:
    """[5.4] Two spellings of one instant are one instant, in any zone."""
    there = at.astimezone(timezone(timedelta(hours=-9, minutes=-30)))

    assert times.of_text(there.isoformat(), now=NOW) == at
    assert times.of_text(str(times.millis(at)), now=NOW) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(now=instants, count=integers(0, 10**9 - 1), unit=units, alignment=units)
def test_back_and_aligned(now: datetime, count: int, unit: str, alignment: str) -> None:
    """[5.4] Going back never goes forward, and neither does aligning; what is aligned stays where it is."""
    plain = times.of_text(f"now-{count}{unit}", now=now)
    aligned = times.of_text(f"now-{count}{unit}/{alignment}", now=now)

    assert plain is not None
    assert aligned is not None
    assert utc(1970, 1, 1) <= aligned <= plain <= now
    assert times.aligned(aligned, alignment) == aligned
    assert plain - aligned < {"M": timedelta(days=31), "y": timedelta(days=366)}.get(alignment, timedelta(days=7.1))


@given(now=instants, ahead=timedeltas(timedelta(), timedelta(days=400)), count=integers(0, 400), unit=units)
def test_order_is_kept(now: datetime, ahead: timedelta, count: int, unit: str) -> None:
    """[5.4] The same expression, said later, is not earlier."""
    assert times.back(now, count, unit) <= times.back(now + ahead, count, unit)


@given(given_text=text(max_size=30) | text("now-/mhdwMy0123456789T: .+Z", max_size=30))
def test_no_text_breaks_it(given_text: str) -> None:
    """[5.4] Whatever is sent, the answer is an instant in UTC or none."""
    at = times.of_text(given_text, now=NOW)

    assert at is None or at.utcoffset() == timedelta()


def test_the_words_of_relative_time() -> None:
    """[5.1] Twelve words; a month is 30 days. [2.3] In the order of the vendor's error."""
    assert times.RELATIVE["month"] == timedelta(days=30)
    assert ", ".join(times.RELATIVE) == (
        "10mins, 15mins, 2hours, 30mins, 3days, 5mins, 6hours, day, hour, min, month, week"
    )


@given(milliseconds=integers(0, 253_402_300_799_999))
def test_milliseconds_return(milliseconds: int) -> None:
    """[4] An event's start is told in milliseconds, and found by them."""
    assert times.millis(times.instant(milliseconds)) == milliseconds
