"""What whence refuses, drawn. A bug is not in here: it may crash.

Refusal
├── Invalid          means nothing as sent; carries every fault with its path
├── NotFound         also for what another account owns
├── Unauthenticated, Forbidden, Conflict, TooLarge, Unsupported
└── Pushback         good later: carries `retry_after`
    └── TooMany, Unavailable
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Self


class Refusal(Exception):
    """Something that was asked for and is not done; its text may be shown to the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One fault of an input: where it is (`scope.clusters[0]`, empty for the whole) and what is wrong."""

    path: str
    message: str


class Invalid(Refusal):
    """The input means nothing as sent. Carries every violation, in the order of the input's fields."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.path}: {v.message}" if v.path else v.message for v in self.violations))

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        """The refusal of a single fault."""
        return cls([Violation(path=path, message=message)])


class NotFound(Refusal):
    """The account has no such thing; what another account owns is as good as none."""

    def __init__(self, noun: str, name: object) -> None:
        self.noun = noun
        self.name = name
        super().__init__(f"no {noun} {name} in this account")


class Doubt(Enum):
    """Why a credential says nothing about who is asking."""

    MISSING = "no token was sent"
    UNKNOWN = "the token is not known"
    EXPIRED = "the token has expired"
    SIGNED_OUT = "not signed in, or no longer"


class Unauthenticated(Refusal):
    """Nobody knows who is asking."""

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt.value)


class Forbidden(Refusal):
    """The token is good and lacks a right; or, where `because` says so, a person's browser was made to ask."""

    def __init__(self, right: str = "", *, because: str | None = None) -> None:
        self.right = right
        super().__init__(because or f"the token lacks the right {right}")


class Conflict(Refusal):
    """What is asked for contradicts what is stored."""


class TooLarge(Refusal):
    """A body over the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"Request body is larger than {limit} bytes")


class Unsupported(Refusal):
    """A content type or an encoding that the endpoint does not read."""


class Pushback(Refusal):
    """Good as sent, but not now: the same again after `retry_after` whole seconds may be taken."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TooMany(Pushback):
    """The token is over its rate, which is so many requests a minute."""

    def __init__(self, message: str, *, retry_after: int, rate_per_minute: int) -> None:
        self.rate_per_minute = rate_per_minute
        super().__init__(message, retry_after=retry_after)


class Unavailable(Pushback):
    """The store cannot be reached, a queue is full, or a query took longer than it may.

    `lost_race`: another writer came first; the very same may be done at once.
    """

    def __init__(self, message: str, *, retry_after: int, lost_race: bool = False) -> None:
        self.lost_race = lost_race
        super().__init__(message, retry_after=retry_after)
