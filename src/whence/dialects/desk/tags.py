"""`/api/v2/tags`: custom tags of the entities that a selector means, read, put on and taken off.

They are in force for the very next event. Source: DESK contract 4.1.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request

from whence.catalog import Catalog
from whence.dialects import Context
from whence.dialects.desk import fields, query, selected, tag_shown
from whence.dialects.desk.answer import Answer
from whence.dialects.desk.entity_tags import MOST_TAGS, added, removed
from whence.dialects.desk.errors import NOT_NULL
from whence.dialects.desk.gate import Routes, Scope, caller
from whence.dialects.desk.json_text import Document, document, spelled
from whence.dialects.desk.options import Options
from whence.dialects.request import body
from whence.domain.access import Principal
from whence.domain.entity import CONTEXTLESS, MOST_AT_ONCE, Tag, TagTest
from whence.domain.entity_test import AllOf, EntityTest, Tagged
from whence.domain.errors import Invalid, Violation

PATH: Final = "/api/v2/tags"

_AT: Final = ("tags",)  # where in the body they are
_LONGEST: Final = 2000  # characters, of a key and of a value
_KEYS: Final = frozenset({"tags"})
_KEYS_OF_TAG: Final = frozenset({"context", "key", "value"})

_Sent = tuple[str, str | None, str]  # where a tag stands, its key and its value


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""
    catalog, registry = context.catalog, context.registry

    async def read(request: Request) -> Answer:
        by = await caller(context, request, Scope.READ_ENTITIES)
        found = await catalog.select(by, await _test(catalog, by, request), limit=MOST_AT_ONCE + 1)
        if len(found) > MOST_AT_ONCE:
            raise Invalid.at("", f"The entity selector selects more than {MOST_AT_ONCE} entities.")
        tags = sorted({tag for entity in found for tag in entity.tags})
        shown = tag_shown.v2(tags)
        return Answer({"totalCount": len(shown), "tags": shown})

    async def add(request: Request) -> Answer:
        by = await caller(context, request, Scope.WRITE_ENTITIES)
        test = await _test(catalog, by, request)
        tags, ignored = _tags(document(await body(request, context.max_body_bytes)))
        changed = await registry.edit(by, test, lambda entity: added(entity, tags))
        answer = Answer({"matchedEntitiesCount": len(changed), "appliedTags": tag_shown.v2(tags) if changed else []})
        answer.warn(ignored)
        return answer

    async def remove(request: Request) -> Answer:
        by = await caller(context, request, Scope.WRITE_ENTITIES)
        unwanted = _unwanted(request)
        test = AllOf((await _test(catalog, by, request), Tagged((unwanted,))))
        changed = await registry.edit(by, test, lambda entity: removed(entity, unwanted))
        return Answer({"matchedEntitiesCount": len(changed)})

    return {("GET", PATH): read, ("POST", PATH): add, ("DELETE", PATH): remove}


async def _test(catalog: Catalog, by: Principal, request: Request) -> EntityTest:
    now = datetime.now(UTC)
    test = await selected.meant(catalog, by, selected.required(request), now=now)
    start = selected.instant(request, "from", now=now)
    return selected.there(test, start, selected.instant(request, "to", now=now))


def _unwanted(request: Request) -> TagTest:
    """What the query wants gone: a custom tag with that value or without one, or whatever value it has."""
    if (key := query.text(request, "key")) is None:
        raise query.fault("key", NOT_NULL)
    value = None if query.truth(request, "deleteAllWithKey") else query.text(request, "value") or ""
    return TagTest(context=CONTEXTLESS, key=key, value=value)


def _tags(sent: Document) -> tuple[list[Tag], list[str]]:
    """The custom tags of the body, each once, and a sentence for each thing in it that was not read.

    Raises:
        Invalid: a value has not the shape that belongs there; else with every violation.
    """
    given, ignored = fields.read(sent, _given)
    if violations := list(_violations(given)):
        raise Invalid(violations)
    return list(dict.fromkeys(Tag(key=key or "", value=value) for _, key, value in given or ())), ignored


def _given(value: object) -> tuple[list[_Sent] | None, list[str]]:
    sent = fields.mapping(value, ()) or {}
    if sent.get("tags") is None:
        return None, []
    placed = [(path, fields.mapping(item, path) or {}) for item, path in fields.items(sent["tags"], _AT)]
    ignored = [*fields.unread(sent, _KEYS), *(said for path, tag in placed for said in _ignored(tag, path))]
    return [_tag(tag, path) for path, tag in placed], ignored


def _ignored(sent: dict[str, object], path: fields.Path) -> Iterator[str]:
    if sent.get("context") not in (*fields.NOTHING, CONTEXTLESS):
        yield f"{spelled((*path, 'context'))} ignored, what is put on here is a custom tag"
    yield from fields.unread(sent, _KEYS_OF_TAG, path)


def _tag(sent: dict[str, object], path: fields.Path) -> _Sent:
    key, value = (fields.text(sent.get(name), (*path, name)) for name in ("key", "value"))
    return spelled(path), key, value or ""


def _violations(tags: list[_Sent] | None) -> Iterator[Violation]:
    if tags is None:
        yield Violation(path="tags", message=NOT_NULL)
        return
    if not tags:
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
