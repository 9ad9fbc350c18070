"""Lists that are the same for everybody, a page at a time, and their items one by one.

Source: DESK contract 4.1 and 5.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import paging
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.gate import Endpoint, Scope, caller, path_text
from whence.domain.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list: what it is called in the answer, the scope that reads it, and how long a page is."""

    name: str
    scope: Scope
    page: int
    largest_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How long a page is, and how many items are before it."""

    size: int
    behind: int = 0


def listed(context: Context, listing: Listing, items: Sequence[dict[str, Any]]) -> Endpoint:
    """The endpoint of the list."""

    async def page(request: Request) -> Answer:
        by = await caller(context, request, listing.scope)
        warnings: list[str] = []
        asked = paging.question(by, request, listing.name, _Asked)
        if asked is None:
            size, warnings = paging.size(request, default=listing.page, most=listing.largest_page)
            asked = _Asked(size=size)
        end = asked.behind + asked.size
        told: dict[str, Any] = {"totalCount": len(items), "pageSize": asked.size}
        if end < len(items):
            told[paging.KEY] = paging.key(by, listing.name, replace(asked, behind=end))
        answer = Answer({**told, listing.name: items[asked.behind : end]})
        answer.warn(warnings)
        return answer

    return page


def one_of(context: Context, noun: str, scope: Scope, items: Mapping[str, dict[str, Any]]) -> Endpoint:
    """The endpoint of one of them, which the path calls `name`."""

    async def one(request: Request) -> Answer:
        await caller(context, request, scope)
        name = path_text(request, "name", noun=noun)
        if (found := items.get(name)) is None:
            raise NotFound(noun, name)
        return Answer(found)

    return one
