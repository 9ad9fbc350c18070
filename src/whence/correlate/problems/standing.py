"""Problems as they stand, without their alerts: as much of them as decides what later alerts belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from whence.correlate.problems.condition import Age

NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A problem that stands: by its number they are told apart, the lesser was raised earlier.

    `alerts`: how many count. `first`: the age of the first of them; None: there is none. `last`: since when the last
    of them counts. `until`: when they were over; None: one goes on. `alone`: it takes only what comes again.
    """

    id: UUID
    number: int
    alerts: int = 0
    first: Age | None = None
    last: datetime = NEVER
    until: datetime | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An alert of `key` that counts since then, and the problem that it is part of."""

    age: Age
    problem_id: UUID

    @property
    def key(self) -> str:
        """What it is an alert of."""
        return self.age[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known of the time before alerts that are gone through, of problems that have none of these.

    `ends`: nothing of it begins then or later. `problems`: those that stand. `places`: since when the last alert of
    each was about each subject, where that may matter. `said`: their alerts of the keys that come again.
    """

    ends: datetime = NEVER
    problems: Sequence[Standing] = ()
    places: Mapping[tuple[UUID, str], datetime] = field(default_factory=dict[tuple[UUID, str], datetime])
    said: Sequence[Said] = ()


NOTHING: Final = Before()
