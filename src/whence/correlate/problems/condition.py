"""An alert as the grouping sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Age = tuple[datetime, str, UUID]
"""The order in which alerts are gone through: since when they count, then by key and id."""


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
    problem_id: UUID | None = None

    @property
    def age(self) -> Age:
        """Where it stands among the alerts."""
        return self.since, self.key, self.id
