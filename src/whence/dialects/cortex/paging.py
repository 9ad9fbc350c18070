"""Numbered pages: which one is asked for, and what stands beside its rows.

Source: Cortex contract A6.
"""

from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request

from whence.dialects.cortex.query import Query

MOST_ROWS: Final = 1000
_USUAL_ROWS: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A page by its number, which begins at 0."""

    page: int = 0
    size: int = _USUAL_ROWS

    @classmethod
    def of(cls, request: Request) -> Self:
        """The page that a request asks for, of whose query nothing else is read.

        Raises:
            Invalid: there is no such page.
        """
        query = Query.of(request)
        page = cls.read(query)
        query.settle()
        return page

    @classmethod
    def read(cls, query: Query) -> Self:
        """The page that is asked for; what is wrong with it is a fault of the query, `pageSize` first."""
        size = query.whole("pageSize")
        if size is not None and not 1 <= size <= MOST_ROWS:
            query.fault("pageSize", f"must be between 1 and {MOST_ROWS}")
        page = query.whole("page")
        if page is not None and page < 0:
            query.fault("page", "must be 0 or greater")
        return cls(page=page or 0, size=size or _USUAL_ROWS)

    @property
    def skip(self) -> int:
        """How many rows come before it."""
        return self.page * self.size

    def beside(self, total: int) -> dict[str, int]:
        """What a list says beside its rows."""
        return {"page": self.page, "total": total, "totalPages": -(-total // self.size)}
