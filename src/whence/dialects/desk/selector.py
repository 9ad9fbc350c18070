"""The vendor's entity selector, `type("SERVICE"),tag("lane:green")`: which entities it means. Pure.

A comma is AND; the values of a tag are OR. It begins with a type or with ids. What an account of ours cannot have
(management zones, attributes and relations that nobody wrote) matches nothing. Source: DESK contract 5.4.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from whence.dialects.desk import ids, tag_text, times
from whence.dialects.desk.criteria import Call, Unreadable, Word, call, read, word
from whence.dialects.desk.device_body import OWN_PROPERTIES
from whence.dialects.desk.relation_names import KINDS
from whence.dialects.desk.vocabulary import ENTITY_TYPES
from whence.domain.entity import TagTest
from whence.domain.entity_test import (
    AllOf,
    Comparison,
    EntityTest,
    FirstSeen,
    Having,
    Named,
    NameMatch,
    Negated,
    Never,
    OfType,
    Related,
    Tagged,
    Unhealthy,
    WithId,
)
from whence.domain.errors import Invalid
from whence.domain.filter import MOST_DOTS

PATH: Final = "entitySelector"
LONGEST: Final = 2000  # characters

_HEALTH: Final[Mapping[str, bool]] = {"HEALTHY": False, "UNHEALTHY": True}
_NAMED: Final[Mapping[str, NameMatch]] = {
    "entityName": NameMatch.CONTAINS,
    "entityName.contains": NameMatch.CONTAINS,
    "entityName.equals": NameMatch.EQUALS,
    "entityName.in": NameMatch.EQUALS,
    "entityName.startsWith": NameMatch.PREFIX,
}
_FIRST_SEEN: Final[Mapping[str, Comparison]] = {
    "firstSeenTms.lt": Comparison.BEFORE,
    "firstSeenTms.lte": Comparison.AT_OR_BEFORE,
    "firstSeenTms.gt": Comparison.AFTER,
    "firstSeenTms.gte": Comparison.AT_OR_AFTER,
}
_FROM: Final = ("fromRelationships.", "fromRelationship.")
_TO: Final = ("toRelationships.", "toRelationship.")
_EXISTS: Final = ".exists"
# What the second version of the API calls a field that the first one named; the catalogue has the first name.
_FIRST_NAMES: Final[Mapping[str, str]] = {"dnsNames": "hostNames", "faviconUrl": "favicon"}


def parse(text: str, *, now: datetime) -> EntityTest:
    """Which entities the selector means, ids as they are written there: `naming.resolved` finds whose they are.

    Args:
        now: what its times count from.

    Raises:
        Invalid: it cannot be read; at `entitySelector`, with the position, counted from 1.
    """
    if len(text) > LONGEST:
        raise Invalid.at(PATH, f"must have at most {LONGEST} characters")
    try:
        return _Meaning(now).all_of(read(text))
    except Unreadable as lost:
        raise Invalid.at(PATH, f"Could not parse the entity selector near position {lost.position}") from None


def names_ids(test: EntityTest) -> bool:
    """Whether the selector begins with ids: those are found however long ago they were seen."""
    return isinstance(test, WithId) or (isinstance(test, AllOf) and isinstance(test.tests[0], WithId))


class _Meaning:
    """What the criteria of one selector say."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._by_name: Mapping[str, Callable[[Call], EntityTest]] = {
            "type": _of_type,
            "entityId": _with_id,
            "tag": _tagged,
            "healthState": _healthy,
            "mzId": _never,
            "mzName": _never,
            "not": self._negated,
            "caseSensitive": _case_sensitive,
            **dict.fromkeys(_NAMED, _named),
            **dict.fromkeys(_FIRST_SEEN, self._first_seen),
        }

    def all_of(self, items: tuple[Word | Call, ...]) -> EntityTest:
        calls = [call(item) for item in items]
        if calls[0].name not in {"type", "entityId"}:
            raise Unreadable(calls[0].position)
        tests = tuple(self._one(criterion) for criterion in calls)
        return tests[0] if len(tests) == 1 else AllOf(tests)

    def _one(self, criterion: Call) -> EntityTest:
        name = criterion.name
        if (meaning := self._by_name.get(name)) is not None:
            return meaning(criterion)
        if name.startswith(_FROM):
            return self._related(criterion, outgoing=True)
        if name.startswith(_TO):
            return self._related(criterion, outgoing=False)
        return _having(criterion)

    def _negated(self, criterion: Call) -> EntityTest:
        inner = call(_only(criterion))
        if inner.name == "type":
            raise Unreadable(inner.position)
        return Negated(self._one(inner))

    def _first_seen(self, criterion: Call) -> EntityTest:
        value = _only(criterion)
        at = times.of_text(word(value), now=self._now)
        if at is None:
            raise Unreadable(value.position)
        return FirstSeen(_FIRST_SEEN[criterion.name], at)

    def _related(self, criterion: Call, *, outgoing: bool) -> EntityTest:
        inner = self.all_of(_some(criterion))
        kind = KINDS.get(criterion.name.partition(".")[2])
        return Related(kinds=(kind,), outgoing=outgoing, inner=inner) if kind else Never()


def _of_type(criterion: Call) -> EntityTest:
    return OfType((word(_only(criterion)),))


def _with_id(criterion: Call) -> EntityTest:
    """Ids of one type; those in the second spelling say none, nor do other names."""
    listed = [(word(item), item.position) for item in _some(criterion)]
    kinds = [(ids.type_of(ids.normal(name)), position) for name, position in listed]
    told = [(kind, position) for kind, position in kinds if kind in ENTITY_TYPES]
    for kind, position in told:
        if kind != told[0][0]:
            raise Unreadable(position)
    return WithId(tuple(dict.fromkeys(name for name, _ in listed)))


def _tagged(criterion: Call) -> EntityTest:
    tags = (tag_text.parse(word(item)) for item in _some(criterion))
    return Tagged(tuple(TagTest(context=tag.context, key=tag.key, value=tag.value) for tag in tags))


def _named(criterion: Call, *, folds_case: bool = True) -> EntityTest:
    texts = tuple(word(item) for item in _some(criterion))
    if len(texts) > 1 and criterion.name != "entityName.in":
        raise Unreadable(criterion.arguments[1].position)
    return Named(texts, _NAMED[criterion.name], folds_case=folds_case)


def _case_sensitive(criterion: Call) -> EntityTest:
    inner = call(_only(criterion))
    if inner.name not in _NAMED:
        raise Unreadable(inner.position)
    return _named(inner, folds_case=False)


def _healthy(criterion: Call) -> EntityTest:
    state = _only(criterion)
    if word(state) not in _HEALTH:
        raise Unreadable(state.position)
    return Unhealthy(_HEALTH[word(state)])


def _never(criterion: Call) -> EntityTest:
    for item in _some(criterion):
        word(item)
    return Never()


def _having(criterion: Call) -> EntityTest:
    """An attribute with one of the values, or with any when it is asked whether there is one.

    It is a field that every entity of a type may have, or one that the sender of a custom device made up.
    """
    name, exists = criterion.name.removesuffix(_EXISTS), criterion.name.endswith(_EXISTS)
    if exists == bool(criterion.arguments):
        raise Unreadable(criterion.position)
    values = [None] if exists else [word(item) for item in criterion.arguments]
    if name.count(".") >= MOST_DOTS:
        return Never()
    name = _FIRST_NAMES.get(name, name)
    tests = tuple(Having(path, value) for value in values for path in (name, f"{OWN_PROPERTIES}.{name}"))
    # One of them: not none of them.
    return Negated(AllOf(tuple(Negated(test) for test in tests)))


def _only(criterion: Call) -> Word | Call:
    """The one argument that the criterion takes."""
    first, *more = _some(criterion)
    if more:
        raise Unreadable(more[0].position)
    return first


def _some(criterion: Call) -> tuple[Word | Call, ...]:
    """The arguments, at least one."""
    if not criterion.arguments:
        raise Unreadable(criterion.position)
    return criterion.arguments
