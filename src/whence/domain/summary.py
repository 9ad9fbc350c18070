"""How many events there are, by what they have in common and by time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from whence.domain.event import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The most frequent values of a dimension with their counts; `more`: how many values are left out."""

    values: Sequence[tuple[str, int]]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The number of events, and how they split by each dimension."""

    total: int
    by_dimension: Mapping[str, Facet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many events of each severity began in the step from `at` on."""

    at: datetime
    events: dict[Severity, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Buckets one `step` long, without holes, that cover the window; each begins on a multiple of the step."""

    step: timedelta
    buckets: tuple[Bucket, ...]
