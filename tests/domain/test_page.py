"""Cursors: what was sealed comes back, what was not sealed for this account is refused."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.domain.errors import Invalid
from whence.domain.event import Span
from whence.domain.page import Cursor, Order, seal, seal_cursor, unseal, unseal_cursor

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
SECRET: Final = b"s" * 32
instants = st.integers(
    (datetime(1, 1, 2, tzinfo=UTC) - EPOCH) // TICK, (datetime(9999, 12, 30, tzinfo=UTC) - EPOCH) // TICK
).map(lambda micros: EPOCH + micros * TICK)
windows = st.tuples(instants, instants).map(lambda ends: Span(start=min(ends), end=max(ends)))
cursors = st.builds(Cursor, order=st.sampled_from(Order), window=windows, at=instants, event_id=st.uuids())
fields = st.lists(st.one_of(st.text(st.characters(blacklist_categories=["Cs"])), st.integers(), st.none()))


@given(sealed=fields)
def test_what_is_sealed_comes_back(sealed: list[object]) -> None:
    """Any text and number, as an address may hold it."""
    text = seal(SECRET, sealed)

    assert unseal(SECRET, text) == sealed
    assert text.isascii()
    assert not set(text) & set("+/=&?# ")


@given(cursor=cursors)
def test_a_cursor_comes_back(cursor: Cursor) -> None:
    """To the microsecond, whatever the year."""
    assert unseal_cursor(SECRET, seal_cursor(SECRET, cursor)) == cursor


@given(cursor=cursors, secret=st.binary(min_size=1).filter(lambda other: other != SECRET))
def test_another_account_s_cursor_is_refused(cursor: Cursor, secret: bytes) -> None:
    """Each account has a secret of its own."""
    with pytest.raises(Invalid):
        unseal_cursor(secret, seal_cursor(SECRET, cursor))


@given(
    text=st.one_of(
        st.text(), st.text("AZaz09-_=", max_size=60), st.binary().map(lambda b: urlsafe_b64encode(b).decode())
    )
)
def test_what_was_never_sealed_is_refused(text: str) -> None:
    """Whatever somebody makes up: Invalid, and no exception of another kind."""
    with pytest.raises(Invalid) as refusal:
        unseal_cursor(SECRET, text)

    assert [violation.path for violation in refusal.value.violations] == ["cursor"]


@given(cursor=cursors, data=st.data())
def test_a_cursor_that_was_changed_is_refused(cursor: Cursor, data: st.DataObject) -> None:
    """[TL3] Cut short, or with another letter: refused, or still the very same cursor."""
    text = seal_cursor(SECRET, cursor)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_"))

    for forged in (text[:place], text[:place] + letter + text[place + 1 :], text + letter):
        try:
            assert unseal_cursor(SECRET, forged) == cursor
        except Invalid:
            assert forged != text


@pytest.mark.parametrize(
    "sealed",
    [[], ["n", "a"], ["e"], ["e", "-time", "1", 2, 3, "a"], ["e", "-time", 1, 2, 3, "a", "more"], {}, "e", None, 7],
)
def test_the_cursor_of_another_list_is_refused(sealed: list[object]) -> None:
    """Honestly sealed for this account, but for entities, tokens, or something else."""
    with pytest.raises(Invalid):
        unseal_cursor(SECRET, seal(SECRET, sealed))


def test_a_cursor_shows_no_more_than_a_place() -> None:
    """It holds a time and an id that the caller has seen, and neither the account nor its secret."""
    at = datetime(2026, 9, 21, tzinfo=UTC)
    cursor = Cursor(order=Order.NEWEST, window=Span(start=at - timedelta(1), end=at), at=at, event_id=UUID(int=7))

    text = seal_cursor(SECRET, cursor)

    assert json.dumps(SECRET.decode()) not in text
    assert len(text) < 200
