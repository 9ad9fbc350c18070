from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from whence.domain.identity import new_id

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
instants = st.integers(
    (datetime(1970, 1, 1, tzinfo=UTC) - EPOCH) // TICK, (datetime(9999, 1, 1, tzinfo=UTC) - EPOCH) // TICK
).map(lambda micros: EPOCH + micros * TICK)


@given(at=instants)
def test_an_id_is_a_uuid_of_version_7(at: datetime) -> None:
    """Its first 48 bits are the milliseconds since 1970, rounded down."""
    made = new_id(at)

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == (at - EPOCH) // timedelta(milliseconds=1)


@given(times=st.lists(instants, max_size=20))
def test_ids_sort_by_time(times: list[datetime]) -> None:
    """Those of an earlier millisecond come first."""
    made = sorted((new_id(at), (at - EPOCH) // timedelta(milliseconds=1)) for at in times)

    assert [millis for _, millis in made] == sorted(millis for _, millis in made)


def test_ids_of_one_instant_differ() -> None:
    """No two are the same, whoever gives them."""
    assert len({new_id(EPOCH) for _ in range(10_000)}) == 10_000
