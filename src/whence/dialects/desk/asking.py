"""From what a reader of events asks for to the house's filter, and to what a filter has no words for."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from whence.dialects import Context
from whence.dialects.desk import encode, finding, ids, naming, nearest, subject
from whence.dialects.desk.event_selector import EventSelector
from whence.dialects.desk.finding import Question
from whence.dialects.desk.flags import Flags
from whence.dialects.desk.subject import Subject
from whence.domain.access import Principal
from whence.domain.entity import Entity
from whence.domain.event import Event, Kind, Span
from whence.domain.filter import MOST_DOTS, Filter, PropertyTest

Test = Callable[[Event], bool]

# What is kept elsewhere, or under another name: one must read the event to know.
_TOLD: Final = frozenset({
    "dt.event.title", encode.DESCRIPTION, encode.ANNOTATION, encode.ROOT_CAUSE,
    "dt.event.impact_level", "dt.event.group_label", *encode.FIELDS.values(),
})  # fmt: skip


async def question(
    context: Context,
    by: Principal,
    selector: EventSelector,
    *,
    window: Span,
    entities: Sequence[Entity] | None = None,
    sees_all: bool,
) -> Question | None:
    """The question; None when nothing can answer to it.

    Args:
        entities: None does not narrow.
        sees_all: whether other dialects' events are asked for, too.
    """
    if not _is_possible(selector):
        return None
    also: list[Test] = []
    concerning = await _concerned(context, by, selector.entity_ids, entities)
    if concerning is not None and sees_all and _environment(by, concerning):
        also.append(_shown_on(by, concerning))
        concerning = None
    types, kinds = _types(selector.types, also, sees_all=sees_all)
    if types == () or concerning == ():
        return None
    marks = _marks(selector)
    if any(True in truths for truths, _ in marks):  # only what opened an alert has a mark
        if kinds and Kind.PROBLEM not in kinds:
            return None
        kinds = (Kind.PROBLEM,)
    sources, properties = _properties(by, selector, also)
    if sources == frozenset():
        return None
    asked = Filter(
        window=window,
        concerning=concerning,
        types=types or (),
        kinds=kinds,
        dialects=finding.dialects(all_of_them=sees_all),
        sources=tuple(sorted(sources or ())),
        is_open=_only(selector.is_open),
        keys=tuple(sorted(selector.correlation_ids or ())),
        properties=properties,
    )
    return Question(
        asked=asked,
        also=None if not also else lambda event: all(test(event) for test in also),
        marked=None if not marks else lambda flags: all(told(flags) in truths for truths, told in marks),
    )


def _is_possible(selector: EventSelector) -> bool:
    """Whether an event can be all that: there are no zones, and what must be this and that is neither."""
    contradictions = (
        selector.event_ids, selector.entity_ids, selector.correlation_ids, selector.types, selector.is_open,
        *(truths for truths, _ in _marks(selector)),
    )  # fmt: skip
    return selector.zone_ids is None and all(values is None or values for values in contradictions)


def _marks(selector: EventSelector) -> list[tuple[frozenset[bool], Callable[[Flags], bool]]]:
    """What is asked of marks, each with how it is told."""
    asked: tuple[tuple[frozenset[bool] | None, Callable[[Flags], bool]], ...] = (
        (selector.under_maintenance, lambda flags: flags.under_maintenance),
        (selector.suppresses_alert, lambda flags: flags.suppresses_alert),
        (selector.suppresses_problem, lambda flags: flags.suppresses_problem),
        (selector.is_frequent, lambda flags: flags.is_frequent),
    )
    return [(truths, told) for truths, told in asked if truths is not None]


async def _concerned(
    context: Context, by: Principal, entity_ids: Collection[str] | None, entities: Sequence[Entity] | None
) -> tuple[Entity, ...] | None:
    """The entities that are in both; of an id that nobody registered, an entity that is no more than its id."""
    if entity_ids is None:
        return None if entities is None else tuple(entities)
    known = await naming.known(context.catalog, by, sorted(entity_ids))
    wanted = {entity.id: entity for entity in (known.get(name) or _unknown(name) for name in sorted(entity_ids))}
    if entities is not None:
        return tuple(entity for entity in entities if entity.id in wanted)
    return tuple(wanted.values())


def _unknown(name: str) -> Entity:
    now, entity_id = datetime.now(UTC), ids.normal(name)
    return Entity(id=entity_id, tag="", type=ids.type_of(entity_id), name=entity_id, first_seen=now, last_seen=now)


def _environment(by: Principal, entities: Iterable[Entity]) -> bool:
    return ids.environment(by.account_id) in {entity.id for entity in entities}


def _shown_on(by: Principal, entities: Sequence[Entity]) -> Test:
    """What is shown on the environment concerns no entity in particular, so that no index finds it."""
    wanted = {entity.id for entity in entities}
    return lambda event: (
        subject.id_of(event, by.account_id) in wanted or any(event.scope.matches(entity) for entity in entities)
    )


def _types(
    wanted: Iterable[str] | None, also: list[Test], *, sees_all: bool
) -> tuple[tuple[str, ...] | None, tuple[Kind, ...]]:
    """The stored types and kinds of the vendor's; what another dialect reported must be read to know its type."""
    if wanted is None:
        return None, ()
    named = [nearest.V2_EVENT_TYPES.get(name) for name in wanted]
    known = [of for of in named if of is not None]
    if not sees_all or not known:
        return tuple(of.name for of in known), ()
    names = {of.name for of in known}
    also.append(lambda event: nearest.event_type(event).name in names)
    return None, tuple(dict.fromkeys(kind for of in known for kind in nearest.kinds(of)))


def _properties(
    by: Principal, selector: EventSelector, also: list[Test]
) -> tuple[frozenset[str] | None, tuple[PropertyTest, ...]]:
    """The sources that are left, and the tests of what lies among the properties."""
    sources: frozenset[str] | None = None
    tests: list[PropertyTest] = []
    for key, values in selector.properties:
        if key == encode.SOURCE:
            sources = values if sources is None else sources & values
        elif key in _TOLD or key.count(".") > MOST_DOTS:
            also.append(_told(by, key, values))
        elif any(map(_is_of_no_scalar, values)):
            also.append(_either(PropertyTest(path=key, values=tuple(sorted(values))), _told(by, key, values)))
        else:
            tests.append(PropertyTest(path=key, values=tuple(sorted(values))))
    return sources, tuple(tests)


def _is_of_no_scalar(value: str) -> bool:
    """Whether a property that is told so may be a list, an object or null, which no filter compares."""
    return value == "null" or value.startswith(("[", "{"))


def _either(scalar: PropertyTest, told: Test) -> Test:
    return lambda event: scalar.matches(event.properties) or told(event)


def _told(by: Principal, key: str, values: frozenset[str]) -> Test:
    """Whether the second version tells one of the values under the key."""

    def is_told(event: Event) -> bool:
        if key == "dt.event.title":
            return event.title in values
        on = Subject.unknown(subject.id_of(event, by.account_id))
        return encode.v2_properties(event, on).get(key) in values

    return is_told


def _only(truths: frozenset[bool] | None) -> bool | None:
    return next(iter(truths)) if truths is not None and len(truths) == 1 else None
