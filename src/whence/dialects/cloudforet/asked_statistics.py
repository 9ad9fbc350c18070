"""What statistics ask for, read from their `query`. Pure. Source: Cloudforet contract 12."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from whence.dialects.cloudforet.asked import Fields, chosen, page, sorts
from whence.dialects.cloudforet.asked_condition import OF_ELEMENTS, Sent, bounded, condition, require_parts, supported
from whence.dialects.cloudforet.errors import bad_query, required
from whence.domain.query.date_format import DateFormat
from whence.domain.query.path import keys_of
from whence.domain.query.question import Condition, Unwind
from whence.domain.query.refusal import BadQuery
from whence.domain.query.statistics import (
    Accumulation,
    Count,
    Group,
    GroupField,
    GroupKey,
    Limit,
    Project,
    ProjectField,
    Projection,
    Skip,
    SortBy,
    Stage,
    Statistics,
)

MOST_STAGES: Final = 30
MOST_FIELDS: Final = 100
_STAGES: Final = ("unwind", "group", "count", "sort", "project", "limit", "skip")
_COMPARISONS: Final = ("eq", "not", "gt", "gte", "lt", "lte")
_CONDITIONAL: Final = frozenset({Accumulation.COUNT, Accumulation.SUM, Accumulation.AVERAGE})


def statistics(sent: Mapping[str, Any], fields: Fields, now: datetime) -> Statistics:
    """What is to be computed.

    Raises:
        Fault: the query means nothing.
    """
    every, some, words = chosen(sent, fields, now)
    start, limit = page(sent)
    stages: Sequence[Mapping[str, Any]] = sent.get("aggregate") or ()
    distinct: str = sent.get("distinct", "")
    if not stages and not distinct:
        raise required("aggregate")
    bounded(stages, "query.aggregate", MOST_STAGES)
    try:
        read = tuple(_stage(stage, now) for stage in stages)
        keys_of(distinct)
    except BadQuery as bad:
        raise bad_query(bad.reason) from None
    return Statistics(
        all=every,
        any=some,
        words=words,
        word_fields=fields.word_fields,
        order=fields.arrival,
        stages=read,
        distinct=None if read else distinct,
        start=start,
        limit=limit,
    )


def _stage(sent: Mapping[str, Any], now: datetime) -> Stage:
    match sent:
        case {"unwind": unwind}:
            return _unwind(unwind, now)
        case {"group": group}:
            return _group(group, now)
        case {"count": count}:
            return Count(_needed(count.get("name"), "aggregate.count.name"))
        case {"sort": keys}:
            if not keys:
                raise _missing("aggregate.sort")
            return SortBy(sorts(keys, "query.aggregate.sort"))
        case {"project": project}:
            return _project(project)
        case {"limit": count}:
            return Limit(_natural(count, "limit"))
        case {"skip": count}:
            return Skip(_natural(count, "skip"))
        case _:
            raise _missing(" or ".join(f"aggregate.{name}" for name in _STAGES))


def _missing(key: str) -> BadQuery:
    return BadQuery(f"Required parameter. (key = {key})")


def _needed(value: object, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise _missing(key)
    return value


def _natural(count: int, name: str) -> int:
    if count < 0:
        raise BadQuery(f"'aggregate.{name}' must not be negative. ({name} = {count})")
    return count


def _unwind(sent: Mapping[str, Any], now: datetime) -> Unwind:
    path = _path(_needed(sent.get("path"), "aggregate.unwind.path"))
    asked = _parts(sent, "filter", "aggregate.unwind.filter")
    return Unwind(path, tuple(_condition(one, "aggregate.unwind.filter", OF_ELEMENTS, now) for one in asked))


def _group(sent: Mapping[str, Any], now: datetime) -> Group:
    keys = _parts(sent, "keys", "aggregate.group.keys")
    fields = _parts(sent, "fields", "aggregate.group.fields")
    if not keys and not fields:
        raise _missing("aggregate.group.keys || aggregate.group.fields")
    return Group(tuple(map(_key, keys)), tuple(_field(field, now) for field in fields))


def _key(sent: Sent) -> GroupKey:
    path = _path(_part(sent, "aggregate.group.keys", "key"))
    name = _part(sent, "aggregate.group.keys", "name")
    written = sent.text("date_format")
    return GroupKey(path, name, DateFormat.read(written) if written else None)


def _field(sent: Sent, now: datetime) -> GroupField:
    where = "aggregate.group.fields"
    name = _part(sent, where, "name")
    operator = _part(sent, where, "operator")
    if operator not in tuple(Accumulation):
        raise BadQuery(f"'{where}' condition's {operator} operator is not supported. {supported(Accumulation)}")
    accumulation = Accumulation(operator)
    members = tuple(
        (_path(_part(member, f"{where}.fields", "key")), _part(member, f"{where}.fields", "name"))
        for member in _parts(sent.members, "fields", f"query.{where}.fields")
    )
    takes_members = accumulation is Accumulation.PUSH and bool(members)
    path = None
    if accumulation is not Accumulation.COUNT and not takes_members:
        path = _path(_part(sent, where, "key"))
    given = _parts(sent.members, "conditions", f"query.{where}.conditions")
    if given and accumulation not in _CONDITIONAL:
        raise BadQuery(f"'{where}' condition's {operator} operator does not support conditions. {sent.shown}")
    tests = tuple(_condition(one, f"{where}.conditions", _COMPARISONS, now) for one in given)
    return GroupField(name, accumulation, path, members if takes_members else (), tests)


def _project(sent: Mapping[str, Any]) -> Project:
    fields = _parts(sent, "fields", "aggregate.project.fields")
    if not fields:
        raise _missing("aggregate.project.fields")
    return Project(tuple(map(_projected, fields)), bool(sent.get("exclude_keys")))


def _projected(sent: Sent) -> ProjectField:
    where = "aggregate.project.fields"
    path, name = _path(_part(sent, where, "key")), _part(sent, where, "name")
    operator = sent.text("operator")
    if operator and operator not in tuple(Projection):
        raise BadQuery(f"'{where}' condition's {operator} operator is not supported. {supported(Projection)}")
    return ProjectField(path, name, Projection(operator) if operator else None)


def _condition(sent: Sent, where: str, operators: Sequence[str], now: datetime) -> Condition:
    """A condition on what earlier stages made, which has any name."""
    require_parts(sent, where, operators)
    asked = condition(sent, now)
    _path(asked.key)
    return asked


def _parts(sent: Mapping[str, Any], name: str, path: str) -> list[Sent]:
    given = cast("Sequence[Mapping[str, Any]]", sent.get(name) or ())
    bounded(given, path, MOST_FIELDS)
    return [Sent.of(one) for one in given]


def _part(sent: Sent, where: str, name: str) -> str:
    if not (value := sent.text(name)):
        raise BadQuery(f"'{where}' condition requires a {name}: {sent.shown}")
    return value


def _path(path: str) -> str:
    keys_of(path)
    return path
