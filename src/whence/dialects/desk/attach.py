"""Attach rules: which entities an event is put on, by id and by tag; read, checked, and shown again.

Source: DESK contract 3.2, 3.7 and 3.9.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from pydantic_core import from_json, to_json

from whence.dialects.desk import ids, tag_text
from whence.dialects.desk.fields import Inexact, Misfit, Path, items, mapping, text, unread
from whence.dialects.desk.json_text import spelled
from whence.dialects.desk.vocabulary import CONTEXTS, ENTITY_TYPES
from whence.domain.entity import CONTEXTLESS, Tag, TagRule, TagTest
from whence.domain.errors import Violation

FIELD: Final = "attachRules"
LONGEST_KEY: Final = 2000  # characters; of a value, too
_LONGEST_REMEMBERED: Final = 2000  # bytes: senders name the same few entities again and again
_NOT_EMPTY: Final = "must not be empty"
_RULES: Final[Path] = (FIELD, "tagRule")
_KEYS: Final = frozenset({"entityIds", "tagRule"})
_KEYS_OF_RULE: Final = frozenset({"meTypes", "tags"})
_KEYS_OF_TAG: Final = frozenset({"context", "key", "value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Entities of one of the types that have all the tags, as sent."""

    types: tuple[str, ...]
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """Attach rules as sent; None where nothing was.

    `faults`: what they lack. What the catalogue is asked: `spellings`, the ids as sent, each once, with how it spells
    them; `names`, either spelling; `rules`. `ignored`: a sentence for each key that was not read.
    """

    entity_ids: tuple[str, ...] | None
    tag_rules: tuple[Rule, ...] | None
    faults: tuple[Violation, ...]
    spellings: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    rules: tuple[TagRule, ...]
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        """As the vendor's server shows them to somebody whose rules match nothing."""
        entity_ids = "null" if self.entity_ids is None else f"[{', '.join(self.entity_ids)}]"
        rules = "null" if self.tag_rules is None else f"[{', '.join(map(_shown, self.tag_rules))}]"
        return f"PushEventAttachRules{{entityIds={entity_ids}, tagRules={rules}}}"


def read(value: object) -> Attach | None:
    """The attach rules of a body; None when there are none.

    Raises:
        Misfit: something in them has not the shape that belongs there.
    """
    if value is None:
        return None
    written = to_json(value)
    if len(written) > _LONGEST_REMEMBERED:
        return _read(value)
    try:
        return _remembered(written)
    except Inexact:  # it is not the digits that are remembered
        return _read(value)


@lru_cache(maxsize=4096)
def _remembered(written: bytes) -> Attach:
    return _read(from_json(written))


def _read(value: object) -> Attach:
    found = mapping(value, (FIELD,)) or {}
    sent_ids, sent_rules = found.get("entityIds"), found.get("tagRule")
    entity_ids = None
    if sent_ids is not None:
        entity_ids = tuple(text(one, path) or "" for one, path in items(sent_ids, (FIELD, "entityIds")))
    placed = [] if sent_rules is None else [(path, _rule(one, path)) for one, path in items(sent_rules, _RULES)]
    faults = [fault for path, rule in placed for fault in _faults(rule, path)]
    if not entity_ids and not placed:
        faults = [Violation(path=FIELD, message="names no entity: give entityIds or tagRule")]
    tag_rules = tuple(rule for _, rule in placed)
    spellings = {sent: ids.normal(sent) for sent in entity_ids or ()}
    return Attach(
        entity_ids=entity_ids,
        tag_rules=None if sent_rules is None else tag_rules,
        faults=tuple(faults),
        spellings=tuple(spellings.items()),
        names=tuple(dict.fromkeys([*spellings.values(), *spellings])),
        rules=tuple(TagRule(types=rule.types, tags=tuple(map(_tests, rule.tags))) for rule in tag_rules),
        ignored=tuple(_ignored(found)),
    )


def _ignored(found: Mapping[str, object]) -> Iterator[str]:
    yield from unread(found, _KEYS, (FIELD,))
    for rule, path in _objects(found.get("tagRule"), _RULES):
        yield from unread(rule, _KEYS_OF_RULE, path)
        for tag, at in _objects(rule.get("tags"), (*path, "tags")):
            yield from unread(tag, _KEYS_OF_TAG, at)


def _objects(value: object, path: Path) -> Iterator[tuple[dict[str, object], Path]]:
    """Those of the items that are objects: a tag may be a text."""
    for item, at in items(value, path):
        if isinstance(item, dict):
            yield cast("dict[str, object]", item), at


def _rule(value: object, path: Path) -> Rule:
    found = mapping(value, path) or {}
    return Rule(
        types=tuple(_entity_type(one, at) for one, at in items(found.get("meTypes"), (*path, "meTypes"))),
        tags=tuple(_tag(one, at) for one, at in items(found.get("tags"), (*path, "tags"))),
    )


def _entity_type(value: object, path: Path) -> str:
    if isinstance(value, str) and value in ENTITY_TYPES:
        return value
    raise Misfit(path)


def _tag(value: object, path: Path) -> Tag:
    if not isinstance(value, dict):
        tag = tag_text.parse(text(value, path) or "")
        return tag if tag.context in CONTEXTS else _misfit(path)
    found = mapping(value, path) or {}  # pyright: ignore[reportUnknownArgumentType]  of JSON
    context = found.get("context")
    if context is not None and (not isinstance(context, str) or context not in CONTEXTS):
        raise Misfit((*path, "context"))
    return Tag(
        context=context or CONTEXTLESS,
        key=text(found.get("key"), (*path, "key")) or "",
        value=text(found.get("value"), (*path, "value")) or "",
    )


def _misfit(path: Path) -> Tag:
    raise Misfit(path)


def _faults(rule: Rule, path: Path) -> Iterator[Violation]:
    at = spelled(path)
    if not rule.types:
        yield Violation(path=f"{at}.meTypes", message=_NOT_EMPTY)
    if not rule.tags:
        yield Violation(path=f"{at}.tags", message=_NOT_EMPTY)
    for n, tag in enumerate(rule.tags):
        if not 1 <= len(tag.key) <= LONGEST_KEY:
            yield Violation(path=f"{at}.tags[{n}].key", message=f"size must be between 1 and {LONGEST_KEY}")
        if len(tag.value) > LONGEST_KEY:
            yield Violation(path=f"{at}.tags[{n}].value", message=f"size must be between 0 and {LONGEST_KEY}")


def _tests(tag: Tag) -> tuple[TagTest, ...]:
    """What an entity's tag may be to be this one; a valueless one is without a value only."""
    exact = TagTest(context=tag.context, key=tag.key, value=tag.value)
    key, colon, value = tag.key.partition(":")
    if tag.context == CONTEXTLESS and colon and not tag.value and key:
        return exact, TagTest(context=CONTEXTLESS, key=key, value=value)
    return (exact,)


def _shown(rule: Rule) -> str:
    tags = (f"[{tag.context}]{tag.key}{':' if tag.value else ''}{tag.value}" for tag in rule.tags)
    return f"TagMatchRule{{meTypes=[{', '.join(rule.types)}], tags=[{', '.join(tags)}]}}"
