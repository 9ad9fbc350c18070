"""A5.1 and A5.3: how dates are read and written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.dialects.cortex import dates

instants = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis wants them naive
whole_minutes = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-02-11T06:30:00.250Z", "2026-02-11T06:30:00.250Z"),
        ("2026-02-11T06:30:00Z", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30:00", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30:00.250", "2026-02-11T06:30:00.250Z"),
        ("2026-02-11T08:30:00+02:00", "2026-02-11T06:30:00Z"),
        ("2026-02-11T08:30:00+0200", "2026-02-11T06:30:00Z"),
        ("2026-02-11T01:00:00-05:30", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30Z", "2026-02-11T06:30:00Z"),
        ("2026-02-11T08:30+02:00", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30:00.1", "2026-02-11T06:30:00.100Z"),
        ("2026-02-11T06:30:00.123456", "2026-02-11T06:30:00.123456Z"),
        ("2026-02-11T06:30:00.123456789", "2026-02-11T06:30:00.123456Z"),
        ("2026-02-11T06:30:00.0000009", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30:00.000000", "2026-02-11T06:30:00Z"),
        ("2026-02-11T06:30:00.000001", "2026-02-11T06:30:00.000001Z"),
        ("2026-02-11T08:30:00 02:00", "2026-02-11T06:30:00Z"),
        ("2026-02-11T08:30:00 0200", "2026-02-11T06:30:00Z"),
        ("2024-02-29T00:00:00+14:00", "2024-02-28T10:00:00Z"),
        ("1601-01-01T00:00:00Z", "1601-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_every_form_is_read_as_an_instant_of_utc(text: str, written: str) -> None:
    """[A5.1, A5.3] And written with the fewest digits of none, three and six."""
    assert dates.written(dates.instant(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "1707633000", "1707633000000", "2026-02-11", "06:30:00", "2026-02-11T06",
        "2026-02-30T06:30",
        "2025-02-29T06:30:00Z", "2026-13-01T06:30:00Z", "2026-02-11T24:00:00Z", "2026-02-11T06:60:00Z",
        "2026-02-11T06:30:60Z", "2026-02-11 06:30:00", "2026-02-11t06:30:00z", "2026-02-11T06:30:00.",
        "2026-02-11T06:30:00.1234567890Z", "2026-02-11T06:30.5", "2026-02-11T06:30:00,5Z", "2026-02-11T06:30:00+2",
        "2026-02-11T06:30:00+02", "2026-02-11T06:30:00+02:60", "2026-02-11T06:30:00+24:00", "2026-02-11T06:30:00Z ",
        " 2026-02-11T06:30:00Z", "2026-02-11T06:30:00 Z", "2026-02-11T06:30:00Z+02:00", "2026-02-11T06:30:00[UTC]",
        "26-02-11T06:30:00Z", "+2026-02-11T06:30:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:00:00-02:00", "2026-02-11T06:30:00Z\n", "٢٠٢٦-02-11T06:30:00Z", "2026-W07-3T06:30:00Z",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """[A5.1] Whatever is not written in one of the forms, and dates that the calendar does not have."""
    with pytest.raises(ValueError, match=r"^is not an ISO-8601 date-time$"):
        dates.instant(text)


@given(at=instants, zone=whole_minutes)
def test_what_is_written_in_any_zone_is_the_same_instant(at: datetime, zone: timezone) -> None:
    """[A5.1] With a colon in the offset, without one, and with a blank for its plus."""
    text = at.astimezone(zone).isoformat()

    assert dates.instant(text) == at
    assert dates.instant(text[:-3] + text[-2:]) == at
    assert dates.instant(text.replace("+", " ")) == at


@given(at=instants)
def test_what_we_write_we_read(at: datetime) -> None:
    """[A5.3] Nothing is lost, and what we write is always the same."""
    text = dates.written(at)

    assert dates.instant(text) == at
    assert dates.written(dates.instant(text)) == text
    assert text.endswith("Z")
    assert len(text) in {20, 24, 27}


@given(st.text(max_size=40) | st.text(alphabet="0123456789-T:.Z+ ", max_size=40))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        dates.written(dates.instant(text))
    except ValueError:
        return
    assert text[10] == "T"
