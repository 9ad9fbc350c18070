"""[5.6] In which order problems are listed."""

from typing import Any

import pytest

from tests.builders import NOW, ago
from whence.dialects.desk import problem_order
from whence.domain.errors import Invalid
from whence.domain.event import Severity
from whence.domain.identity import new_id
from whence.domain.problem import Problem


def problem(number: int, **given: Any) -> Problem:  # noqa: ANN401  a builder takes what the value does
    """An open problem."""
    common: dict[str, Any] = {
        "id": new_id(NOW), "number": number, "code": number, "named_at": NOW, "opened_at": NOW, "updated_at": NOW,
        "severity": Severity.ERROR, "title": "t", "alert_count": 1, "types": ("ERROR_EVENT",), "dialects": ("desk",),
    }  # fmt: skip
    return Problem(**{**common, **given})


OLD = problem(1, opened_at=ago(hours=3), title="Queue")
OVER = problem(2, opened_at=ago(hours=2), closed_at=ago(hours=1), title="The queue")
NEW = problem(3, opened_at=ago(minutes=5), title="Queue backlog")
SAME = problem(4, opened_at=ago(minutes=5), title="other")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-startTime", [4, 3, 2, 1]),
        ("+startTime", [1, 2, 4, 3]),
        ("startTime", [1, 2, 4, 3]),
        (" startTime", [1, 2, 4, 3]),
        ("+status", [4, 3, 1, 2]),
        ("status,+startTime", [1, 4, 3, 2]),
        ("-status", [2, 4, 3, 1]),
        ("+status,-startTime", [4, 3, 1, 2]),
        ("-status, +startTime", [2, 1, 4, 3]),
        ("relevance", [1, 3, 2, 4]),
        ("-relevance", [4, 2, 3, 1]),
        ("+status,relevance", [1, 3, 4, 2]),
        ("startTime,-startTime", [1, 2, 4, 3]),
    ],
)
def test_orders(sort: str, expected: list[int]) -> None:
    """[5.6] Open ones, old ones and the most relevant come first with a plus; what is alike, by its start."""
    fields = problem_order.parse(sort)

    places = {one.number: problem_order.place(one, fields, ["QUEUE"]) for one in (OLD, OVER, NEW, SAME)}

    assert sorted(places, key=lambda number: places[number]) == expected
    assert len(set(places.values())) == len(places)


@pytest.mark.parametrize("sort", ["name", "+", "-", "startTime,", "status;startTime", "--status"])
def test_what_nobody_sorts_by(sort: str) -> None:
    """[5.6] Refused with what there is."""
    with pytest.raises(Invalid, match=r"must be any of \[\+relevance, \+startTime, \+status, -relevance, -startTime"):
        problem_order.parse(sort)


def test_relevance_needs_words() -> None:
    """[5.6] With text alone."""
    assert problem_order.needs_words(problem_order.parse("+status,-relevance"))
    assert not problem_order.needs_words(problem_order.parse("+status,-startTime"))
