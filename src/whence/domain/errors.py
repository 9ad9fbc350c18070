"""What whence refuses, drawn. A bug is not in here: it may crash.

Refusal
├── Invalid          means nothing as sent; carries every fault with its path
├── NotFound         also for what another account owns
├── Unauthenticated, Forbidden, Conflict, TooLarge, Unsupported
└── Pushback         good later: carries `retry_after`
    └── TooMany, Unavailable

Each has a `reason`, by which refusals are counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Literal, Self, TypeAlias


class Reason(StrEnum):
    """Why something is not done, as metrics and traces say it. A closed set: what is counted has no other label."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD = "method"  # the path is there, but does not know the method
    HOST = "host"  # the request is for a host that is not ours
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    RATE = "rate"  # the token is over its rate
    QUEUE_FULL = "queue_full"  # too many reports wait for their commit
    BUSY = "busy"  # too many do the same at once
    RACE = "race"  # another writer came first
    TIMEOUT = "timeout"  # the question took longer than it may
    SLOW = "slow"  # the request did not come in the time that it may take
    GONE = "gone"  # its client left before all of it had come
    DATABASE = "database"  # it cannot be reached, or takes nothing now
    SCHEMA = "schema"  # it is not that of this release
    STOPPING = "stopping"  # the server is about to end


Trouble: TypeAlias = Literal[
    Reason.QUEUE_FULL,
    Reason.BUSY,
    Reason.RACE,
    Reason.TIMEOUT,
    Reason.DATABASE,
    Reason.SCHEMA,
    Reason.STOPPING,
]


class Refusal(Exception):
    """Something that was asked for and is not done; its text may be shown to the caller.

    It may be pickled, as between processes.
    """

    reason: Reason

    def __reduce__(self) -> tuple[object, ...]:
        # An exception's own way is to call its kind again with its text, which for most of these is no argument.
        return _again, (type(self), self.args), vars(self)


def _again(kind: type[Refusal], args: tuple[object, ...]) -> Refusal:
    """A refusal of the kind with this text; what it carries is given to it next."""
    return kind.__new__(kind, *args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One fault of an input: where it is (`scope.clusters[0]`, empty for the whole) and what is wrong."""

    path: str
    message: str


class Invalid(Refusal):
    """The input means nothing as sent. Carries every violation, in the order of the input's fields."""

    reason = Reason.INVALID

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.path}: {v.message}" if v.path else v.message for v in self.violations))

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        """The refusal of a single fault."""
        return cls([Violation(path=path, message=message)])


class NotFound(Refusal):
    """The account has no such thing; what another account owns is as good as none."""

    reason = Reason.NOT_FOUND

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

    reason = Reason.UNAUTHENTICATED

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt.value)


class Forbidden(Refusal):
    """The token is good and lacks a right; or, where `because` says so, a person's browser was made to ask."""

    reason = Reason.FORBIDDEN

    def __init__(self, right: str = "", *, because: str | None = None) -> None:
        self.right = right
        super().__init__(because or f"the token lacks the right {right}")


class Conflict(Refusal):
    """What is asked for contradicts what is stored."""

    reason = Reason.CONFLICT


class TooLarge(Refusal):
    """A body over the limit."""

    reason = Reason.TOO_LARGE

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"Request body is larger than {limit} bytes")


class Unsupported(Refusal):
    """A content type or an encoding that the endpoint does not read."""

    reason = Reason.UNSUPPORTED


class Pushback(Refusal):
    """Good as sent, but not now: the same again after `retry_after` whole seconds may be taken."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TooMany(Pushback):
    """The token is over its rate, which is so many requests a minute."""

    reason = Reason.RATE

    def __init__(self, message: str, *, retry_after: int, rate_per_minute: int) -> None:
        self.rate_per_minute = rate_per_minute
        super().__init__(message, retry_after=retry_after)


class Unavailable(Pushback):
    """The store cannot be reached, a queue is full, or a query took longer than it may.

    `because`: which of these; the same message may stand for several.
    """

    def __init__(self, message: str, *, because: Trouble, retry_after: int) -> None:
        self.reason = because
        super().__init__(message, retry_after=retry_after)

    @property
    def lost_race(self) -> bool:
        """Whether another writer came first: the very same may be done at once."""
        return self.reason is Reason.RACE
