"""The alerts that share a cause, and what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from whence.domain.alert import Alert
from whence.domain.cause import Cause
from whence.domain.event import Event, Severity, Span

FIRST: Final = 10  # of its alerts, where a problem is one of many


class ProblemState(StrEnum):
    """Whether it goes on."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Alerts that share a cause, one at least.

    `number`: counted up in the account. `code` and `named_at`: what never changes and can be had by clients whose ids
    have 64 bits. `opened_at` to `closed_at`: the life of its alerts. `is_sealed`: a person closed it. `severity`: the
    highest of its alerts; `title`: of the first of the most severe. `types`, `dialects`, `entity_ids`: of all its
    alerts, sorted, each once. `merged_into`: it turned out to be part of that one, which has its alerts now.
    `causes`: as of `explained_at`, best first; `is_likely`: the first is worth acting on.
    """

    id: UUID
    number: int
    code: int
    named_at: datetime
    opened_at: datetime
    closed_at: datetime | None = None
    is_sealed: bool = False
    severity: Severity
    title: str
    alert_count: int
    types: tuple[str, ...]
    dialects: tuple[str, ...]
    entity_ids: tuple[str, ...] = ()
    merged_into: UUID | None = None
    updated_at: datetime
    comment_count: int = 0
    causes: tuple[Cause, ...] = ()
    is_likely: bool = False
    explained_at: datetime | None = None

    @property
    def state(self) -> ProblemState:
        """Whether it goes on."""
        return ProblemState.OPEN if self.closed_at is None else ProblemState.CLOSED

    @property
    def name(self) -> str:
        """As people call it."""
        return f"P-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody said about a problem. `code`: as that of a problem. `context`: where it was said, if known."""

    id: UUID
    problem_id: UUID
    code: int
    at: datetime
    author: str
    context: str | None = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFilter:
    """Which problems are asked for. None and empty fields do not narrow; OR inside a field, AND between.

    `window`: its life overlaps it; an open one lives on. `turning`: it began or ended in it; an open one ends now.
    `keys`: one of its alerts has this key. `entity_ids`: it affects one of them; `None` any, and of none nothing is
    affected. `types`, `dialects`: one of its alerts is of these. `words`: each is in its title, whatever the case.
    `merged`: also those that are part of another by now, and those of which nothing is left. `affecting`: see there.
    """

    window: Span | None = None
    turning: Span | None = None
    states: tuple[ProblemState, ...] = ()
    severities: tuple[Severity, ...] = ()
    entity_ids: tuple[str, ...] | None = None
    types: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    merged: bool = False
    affecting: "Affecting | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemTold:
    """Something happened to a problem: as it is now, with the first of its alerts, `FIRST` or more.

    `unattended`: how many of all of them nobody looks after. `events`: those of some of its alerts; of a problem that
    is part of another by now, of that one's. They say whom it concerns; none for who does not ask for them.
    """

    problem: Problem
    alerts: tuple[Alert, ...]
    unattended: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affecting:
    """Problems by what they affect of the entities that are looked at; no archived one is.

    `cluster`: those in it are, or in one of the `namespaces` of it if any is named; `ids`: those with these are, too.
    `ranks`: types, the most telling first; one that is in none of them tells more than all. `rank`: of the most telling
    entity that is affected, its place among the ranks, from 1 on; 0 when its type is in none.
    """

    cluster: str | None = None
    namespaces: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    ranks: tuple[tuple[str, ...], ...] = ()
    rank: int = 0
