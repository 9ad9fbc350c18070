"""`/api/v2/tags`: custom tags of the entities that a selector means, read, put on and taken off.

They are in force for the very next event. Source: DESK contract 4.1.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.desk import fields, query, selected, tag_shown
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.entity_tags import MOST_TAGS, added, removed
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.fields import Misfit
from whence.dialects.desk.gate import Routes, Scope, caller
from whence.dialects.desk.json_text import Document, document, spelled, unmapped
from whence.dialects.desk.options import Options
from whence.dialects.request import body
from whence.domain.entity import CONTEXTLESS, MOST_AT_ONCE, Tag, TagTest
from whence.domain.entity_test import AllOf, EntityTest, Tagged
from whence.domain.errors import Invalid, Violation

PATH: Final = "/api/v2/tags"

_AT: Final = ("tags",)  # where in the body they are
_LONGEST: Final = 2000  # characters, of a key and of a value


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""
    catalog, registry = context.catalog, context.registry

    async def read(request: Request) -> Answer:
        by = await caller(context, request, Scope.READ_ENTITIES)
        found = await catalog.select(by, _test(request), limit=MOST_AT_ONCE + 1)
        if len(found) > MOST_AT_ONCE:
            raise Invalid.at("", f"The entity selector selects more than {MOST_AT_ONCE} entities.")
        tags = sorted({tag for entity in found for tag in entity.tags})
        shown = tag_shown.v2(tags)
        return Answer({"totalCount": len(shown), "tags": shown})

    async def add(request: Request) -> Answer:
        by = await caller(context, request, Scope.WRITE_ENTITIES)
        test = _test(request)
        tags = _tags(document(await body(request, context.max_body_bytes)))
        changed = await registry.edit(by, test, lambda entity: added(entity, tags))
        return Answer({"matchedEntitiesCount": len(changed), "appliedTags": tag_shown.v2(tags) if changed else []})

    async def remove(request: Request) -> Answer:
        by = await caller(context, request, Scope.WRITE_ENTITIES)
        unwanted = _unwanted(request)
        test = AllOf((_test(request), Tagged((unwanted,))))
        changed = await registry.edit(by, test, lambda entity: removed(entity, unwanted))
        return Answer({"matchedEntitiesCount": len(changed)})

    return {("GET", PATH): read, ("POST", PATH): add, ("DELETE", PATH): remove}


def _test(request: Request) -> EntityTest:
    now = datetime.now(UTC)
    test = selected.parsed(selected.required(request), now=now)
    start = selected.instant(request, "from", now=now)
    return selected.there(test, start, selected.instant(request, "to", now=now))


def _unwanted(request: Request) -> TagTest:
    """What the query wants gone: a custom tag with that value or without one, or whatever value it has."""
    if (key := query.text(request, "key")) is None:
        raise query.fault("key", NOT_NULL)
    value = None if query.truth(request, "deleteAllWithKey") else query.text(request, "value") or ""
    return TagTest(context=CONTEXTLESS, key=key, value=value)


def _tags(sent: Document) -> list[Tag]:
    """The custom tags of the body, each once.

    Raises:
        Invalid: a value has not the shape that belongs there; else with every violation.
    """
    try:
        value = fields.mapping(sent.value, ())
        given = None if value is None else value.get("tags")
        tags = [] if given is None else [(spelled(path), *_tag(item, path)) for item, path in fields.items(given, _AT)]
    except Misfit as misfit:
        raise unmapped(sent.text, misfit.path) from None
    if violations := list(_violations(given, tags)):
        raise Invalid(violations)
    return list(dict.fromkeys(Tag(key=key or "", value=value) for _, key, value in tags))


def _tag(item: object, path: fields.Path) -> tuple[str | None, str]:
    sent: dict[str, Any] = fields.mapping(item, path) or {}
    return fields.text(sent.get("key"), (*path, "key")), fields.text(sent.get("value"), (*path, "value")) or ""


def _violations(given: object, tags: list[tuple[str, str | None, str]]) -> Iterator[Violation]:
    if given is None:
        yield Violation(path="tags", message=NOT_NULL)
    elif not tags:
        yield Violation(path="tags", message="must not be empty")
    elif len(tags) > MOST_TAGS:
        yield Violation(path="tags", message=f"size must be between 1 and {MOST_TAGS}")
    for at, key, value in tags:
        if key is None:
            yield Violation(path=f"{at}.key", message=NOT_NULL)
        elif not 1 <= len(key) <= _LONGEST:
            yield Violation(path=f"{at}.key", message=f"size must be between 1 and {_LONGEST}")
        if len(value) > _LONGEST:
            yield Violation(path=f"{at}.value", message=f"size must be between 0 and {_LONGEST}")
