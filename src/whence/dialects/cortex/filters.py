"""Which events a list or a removal is about.

Source: Cortex contract A5.2 and B6.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self

from whence.dialects.cortex.query import Query
from whence.dialects.cortex.vocabulary import NAME
from whence.domain.entity import Entity
from whence.domain.event import Span
from whence.domain.filter import Filter

_UPDATED_SINCE: Final = "updatedSince"
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the parameters of a query ask of events; what is empty or None does not narrow."""

    types: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    updated_since: datetime | None = None

    @classmethod
    def read(cls, query: Query, *, updates: bool = False) -> Self:
        """What is asked for; what is wrong with it is a fault of the query.

        Args:
            updates: whether the call has the parameter `updatedSince`; one without is refused when it is given.
        """
        types = query.several("type")
        start, end = query.instant("startTime"), query.instant("endTime")
        older_name = query.instant("timestamp")
        if not updates:
            query.unread(_UPDATED_SINCE)
        return cls(
            types=types,
            start=start or older_name,
            end=end,
            updated_since=query.instant(_UPDATED_SINCE) if updates else None,
        )

    def by_call(self, call: str, *, entity: Entity | None) -> Filter | None:
        """The events of one of our calls, by when they began; None: nothing can be among them."""
        reaching = self._reaching(entity)
        return reaching and replace(reaching, began_since=self.start, dialects=(NAME,), calls=(call,))

    def of_any_dialect(self, entity: Entity) -> Filter | None:
        """Every event that concerns the entity and reaches into the window; None: nothing can be among them."""
        return self._reaching(entity)

    def _reaching(self, entity: Entity | None) -> Filter | None:
        start, end = self.start or _FIRST, self.end or _LAST
        if start > end:
            return None
        return Filter(
            window=Span(start=start, end=end),
            concerning=None if entity is None else (entity,),
            types=self.types,
            updated_since=self.updated_since,
        )
