"""The list of the entities, whatever registered them.

Source: Cortex contract B1.4.
"""

from dataclasses import dataclass
from typing import Final, Self

from pydantic_core import to_json
from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex import encode, entity_type
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.described import GROUP, OWNER
from whence.dialects.cortex.entity_details import GIT_PROVIDERS
from whence.dialects.cortex.facts import ADDED_GROUP, Rows
from whence.dialects.cortex.gate import Endpoint, Routes, caller
from whence.dialects.cortex.options import Options
from whence.dialects.cortex.paging import Numbered
from whence.dialects.cortex.query import Query
from whence.dialects.cortex.shown import Shown
from whence.domain.entity import TagTest
from whence.domain.entity_test import AllOf, Documented, EntityTest, Having, Tagged, any_of
from whence.domain.filter import EntityFilter

_MOST: Final = 100  # values of one parameter, words of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entities are asked for; what is empty does not narrow."""

    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    archived: bool = False

    @classmethod
    def read(cls, query: Query, *, archived: bool) -> Self:
        """What the query asks for, `archived` entities too or not; what is wrong with it is a fault of the query."""
        return cls(
            groups=_few(query, "groups"),
            owners=_few(query, "owners"),
            types=_few(query, "types"),
            repositories=_few(query, "gitRepositories"),
            words=_words(query),
            archived=archived,
        )

    @property
    def asked(self) -> EntityFilter:
        """What entities tell by their columns."""
        return EntityFilter(words=self.words, archived=None if self.archived else False)

    @property
    def test(self) -> EntityTest:
        """What else they tell."""
        tests: list[EntityTest] = []
        if self.types:
            tests.append(entity_type.shown_as(self.types))
        if self.groups:
            tests.append(any_of((_tagged(GROUP, self.groups), Documented(ADDED_GROUP, self.groups))))
        if self.owners:
            tests.append(_tagged(OWNER, self.owners))
        if self.repositories:
            paths = [f"git.{provider}.repository" for provider in GIT_PROVIDERS]
            tests.append(any_of(Having(path, repository) for path in paths for repository in self.repositories))
        return AllOf(tuple(tests))


def routes(context: Context, options: Options) -> Routes:
    """The endpoint, by method and path."""
    del options
    return {("GET", "/api/v1/catalog"): _page(context)}


def _page(context: Context) -> Endpoint:
    async def page(request: Request) -> Answer:
        """`GET /catalog`."""
        by = await caller(context, request, None)
        query = Query.of(request)
        shown = Shown.in_lists(query)
        wanted, numbered = Wanted.read(query, archived=shown.archived), Numbered.read(query)
        query.settle()
        found, total = await context.catalog.window(
            by, wanted.asked, wanted.test, skip=numbered.skip, limit=numbered.size
        )
        rows = Rows(context, by, found, shown)
        said = [to_json(row) async for row in rows.walk()]
        return rows.signed(Answer(encode.page("entities", said, numbered, total)))

    return page


def _few(query: Query, name: str) -> tuple[str, ...]:
    values = query.listed(name)
    if len(values) > _MOST:
        query.fault(name, f"must have at most {_MOST} values")
    return values


def _words(query: Query) -> tuple[str, ...]:
    words = tuple(word for text in query.several("query") for word in text.split())
    if len(words) > _MOST:
        query.fault("query", f"must have at most {_MOST} words")
    return words


def _tagged(key: str, values: tuple[str, ...]) -> EntityTest:
    return Tagged(tuple(TagTest(key=key, value=value) for value in values))
