from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis.strategies import datetimes, integers, sampled_from, text, timezones

from whence.cli.times import instant, moment, stretch


@given(at=datetimes(timezones=timezones(), min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001  the zones are drawn
def test_a_time_survives_being_written_and_read(at: datetime) -> None:
    """What the API gives can be typed back; what is typed is asked for, to the microsecond."""
    assert moment(instant(at)) == at.astimezone(UTC)  # one that a clock skips equals no time of another zone


@given(count=integers(0, 9999), unit=sampled_from("smhdw"), ending=sampled_from(["", " ago", "  ago"]))
def test_how_long_ago_is_counted_from_now(count: int, unit: str, ending: str) -> None:
    """`2h` and `2h ago` are the same."""
    lengths = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    expected = datetime.now(UTC) - timedelta(seconds=count * lengths[unit])

    assert abs(moment(f"{count}{unit}{ending}") - expected) < timedelta(seconds=5)


def test_milliseconds_since_1970() -> None:
    """As many systems log them."""
    assert moment("1767225600000") == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_zone_is_needed() -> None:
    """Nobody knows what 09:30 is without one."""
    with pytest.raises(typer.BadParameter, match="no time"):
        moment("2026-11-21T09:30:00")


@given(typed=text())
def test_nonsense_is_a_usage_error(typed: str) -> None:
    """Whatever is typed, it is a time or it is refused by name."""
    try:
        found = moment(typed)
    except typer.BadParameter:
        return
    assert found.tzinfo is not None


@pytest.mark.parametrize("typed", ["", "0d", "12", "d", "-3d", "1y"])
def test_no_length_of_time(typed: str) -> None:
    """A token that never was good is a mistake."""
    with pytest.raises(typer.BadParameter):
        stretch(typed)
