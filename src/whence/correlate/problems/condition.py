"""An alert as the grouping sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from whence.domain.event import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An alert that counts.

    `since`: from when on. `until`: when it ended; None: it has not. `subjects`: the entities that it is about, else
    where its scope says that it is. `alone`: its sender wants it to be a problem of its own. `problem_id`: the problem
    that it is part of so far.
    """

    id: UUID
    key: str
    since: datetime
    until: datetime | None
    subjects: tuple[str, ...]
    alone: bool = False
    severity: Severity
    title: str
    type: str
    dialect: str
    problem_id: UUID | None = None
