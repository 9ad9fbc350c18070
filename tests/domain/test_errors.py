"""What was refused in one process is the same refusal in another."""

import pickle
from collections.abc import Iterator
from typing import Final

import pytest

from whence.domain.errors import (
    Conflict,
    Doubt,
    Forbidden,
    Invalid,
    NotFound,
    Reason,
    Refusal,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
    Violation,
)

_ALL: Final[list[Refusal]] = [
    Invalid([]),
    Invalid.at("", "is not valid JSON"),
    Invalid([Violation(path="title", message="is required"), Violation(path="É\udcff", message="%\\")]),
    NotFound("event", 7),
    *map(Unauthenticated, Doubt),
    Forbidden("events:read"),
    Forbidden(because="Origin is another place"),
    Conflict("the key was sent with another body"),
    TooLarge(2_097_152),
    Unsupported("Content-Type text/plain is not read"),
    TooMany("over the rate", retry_after=3, rate_per_minute=60),
    Unavailable("the queue is full", because=Reason.QUEUE_FULL, retry_after=1),
    Unavailable("another came first", because=Reason.RACE, retry_after=1),
]


def kinds(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    """The kinds of refusal that have no kinds of their own."""
    below = refusal.__subclasses__()
    return (leaf for kind in below for leaf in kinds(kind)) if below else iter((refusal,))


def test_every_kind_is_among_them() -> None:
    assert {type(refusal) for refusal in _ALL} == set(kinds(Refusal))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("refusal", _ALL, ids=repr)
def test_a_refusal_comes_out_of_another_process_as_it_was(refusal: Refusal, protocol: int) -> None:
    """Its kind, its text, its reason and all that it carries: a worker's pool hands it on so."""
    other = pickle.loads(pickle.dumps(refusal, protocol))  # noqa: S301  our own, of this moment

    assert type(other) is type(refusal)
    assert str(other) == str(refusal)
    assert other.args == refusal.args
    assert other.reason is refusal.reason
    assert vars(other) == vars(refusal)
