"""One question for all who ask at the same time, each answered by what is so after they asked."""

import asyncio
from collections.abc import Collection

import pytest

from whence.domain.errors import Reason, Unavailable
from whence.store.together import Together


class _Slow:
    """Answers each key with itself, when it is let; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.begun = asyncio.Event()
        self.let = asyncio.Event()

    async def load(self, keys: Collection[str]) -> dict[str, str]:
        self.asked.append(sorted(keys))
        self.begun.set()
        await self.let.wait()
        return {key: key.upper() for key in keys if key != "none"}


async def test_who_asks_meanwhile_shares_the_next_turn() -> None:
    """And never the one that is under way: its answer may be older than the question."""
    slow = _Slow()
    together = Together(slow.load)
    first = asyncio.ensure_future(together.get("a"))
    await slow.begun.wait()
    later = [asyncio.ensure_future(together.get(key)) for key in ("a", "b", "b", "none")]
    await asyncio.sleep(0)

    slow.let.set()

    assert [await first, *[await one for one in later]] == ["A", "A", "B", "B", None]
    assert slow.asked == [["a"], ["a", "b", "none"]]


async def test_several_are_asked_for_in_one_turn() -> None:
    """What has no answer is left out."""
    slow = _Slow()
    slow.let.set()
    together = Together(slow.load)

    assert await together.some(["a", "none", "b", "a"]) == {"a": "A", "b": "B"}
    assert await together.some([]) == {}
    assert slow.asked == [["a", "b", "none"]]


async def test_a_turn_has_a_bound() -> None:
    slow = _Slow()
    slow.let.set()
    together = Together(slow.load, most=2)

    found = await asyncio.gather(*(together.get(key) for key in "abcde"))

    assert found == list("ABCDE")
    assert [len(asked) for asked in slow.asked] == [2, 2, 1]


async def test_everybody_of_a_turn_hears_that_it_failed_and_the_next_one_works() -> None:
    async def load(keys: Collection[str]) -> dict[str, str]:
        if "bad" in keys:
            raise Unavailable("not now", because=Reason.DATABASE, retry_after=1)
        return {key: key for key in keys}

    together = Together(load)

    failed = await asyncio.gather(together.get("bad"), together.get("good"), return_exceptions=True)

    assert [type(one) for one in failed] == [Unavailable, Unavailable]
    assert await together.get("good") == "good"


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    slow = _Slow()
    together = Together(slow.load)
    impatient, patient = asyncio.ensure_future(together.get("a")), asyncio.ensure_future(together.get("a"))
    await slow.begun.wait()

    impatient.cancel()
    slow.let.set()

    assert await patient == "A"
    with pytest.raises(asyncio.CancelledError):
        await impatient
