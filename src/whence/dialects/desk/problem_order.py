"""In which order problems are listed. Pure. Source: DESK contract 5.6, `sort`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from whence.domain.errors import Invalid
from whence.domain.problem import Problem, ProblemState

PATH: Final = "sort"
NEWEST: Final = ("-startTime",)
"""The order in which they lie."""

_FIELDS: Final = ("relevance", "startTime", "status")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def parse(text: str) -> tuple[str, ...]:
    """The fields, each with its sign.

    Raises:
        Invalid: one is none that problems can be sorted by.
    """
    found: list[str] = []
    for part in text.split(","):
        said = part.strip(" +")  # a plus sign that nobody percent-encoded arrives as a blank
        sign, name = ("-", said[1:]) if said.startswith("-") else ("+", said)
        if name not in _FIELDS:
            words = [f"{sign}{field}" for sign in "+-" for field in _FIELDS]
            raise Invalid.at(PATH, f"'{part}' must be any of [{', '.join(words)}]")
        if name not in {one[1:] for one in found}:
            found.append(sign + name)
    return tuple(found)


def needs_words(fields: Sequence[str]) -> bool:
    """Whether there must be words to be relevant to."""
    return any(field[1:] == "relevance" for field in fields)


def place(problem: Problem, fields: Sequence[str], words: Sequence[str]) -> tuple[int, ...]:
    """Where the problem is in that order: what has the smaller place comes first. No two have the same."""
    start = (problem.opened_at - _EPOCH) // _MICROSECOND
    places = {
        "status": 0 if problem.state is ProblemState.OPEN else 1,
        "startTime": start,
        "relevance": sum(_distance(problem, word) for word in words),
    }
    signed = (places[field[1:]] if field[0] == "+" else -places[field[1:]] for field in fields)
    return (*signed, -start, -problem.number)


def _distance(problem: Problem, word: str) -> int:
    """From 0, the title is the word, to 3, it is elsewhere."""
    title, word = problem.title.casefold(), word.casefold()
    if title == word:
        return 0
    if title.startswith(word):
        return 1
    return 2 if word in title else 3
