"""`EventStoreResult`: what a push is answered. Pure.

Source: DESK contract 3.8. All three lists are always there; the further keys only when they say something.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from whence.domain.identity import number


def informed(event_ids: Sequence[UUID], *, start: int, ignored: Sequence[str]) -> dict[str, Any]:
    """Of events that only inform, which all began at `start`, in milliseconds."""
    numbers = [number(event_id) for event_id in event_ids]
    return _result(numbers, [f"{event}_{start}" for event in numbers], [], ignored)


def opened(
    correlation_ids: Sequence[str], *, ignored: Sequence[str], problem_ids: Sequence[str] = ()
) -> dict[str, Any]:
    """Of events that open a problem, or hold one open; `problem_ids`: those that they are part of already."""
    result = _result([], [], list(correlation_ids), ignored)
    if problem_ids:
        result["problemIds"] = list(problem_ids)
    return result


def _result(
    numbers: list[int], stored_ids: list[str], correlation_ids: list[str], ignored: Sequence[str]
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "storedEventIds": numbers,
        "storedIds": stored_ids,
        "storedCorrelationIds": correlation_ids,
    }
    if ignored:
        result["ignoredEntityIds"] = list(ignored)
    return result
