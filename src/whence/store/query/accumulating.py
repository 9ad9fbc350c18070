"""What a group says of its rows, as SQL; see `grouping` for the selects that it is spread over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from whence.domain.query.field import FieldType
from whence.domain.query.statistics import Accumulation, GroupField
from whence.store.query.condition import every
from whence.store.query.rows import Columns, order_by
from whence.store.query.value import NOWHERE, Term, Value, json, number, numbered, text, truth
from whence.store.where import Where

_COLLECTS: Final = frozenset({Accumulation.PUSH, Accumulation.ADD_TO_SET, Accumulation.MERGE_OBJECTS})
_PADDED: Final = "1.00000000000000000000000000000000"  # the quotient has more places than it is rounded to
_PLACES: Final = "30"  # as in the domain


@dataclass(frozen=True, slots=True)
class Accumulated:
    """A field of a group: the value `v…` of a row, whether the row counts `m…`, and its number in its group `n…`."""

    accumulation: Accumulation
    position: int
    value: Value
    counts: LiteralString | None

    @classmethod
    def of(cls, where: Where, columns: Columns, field: GroupField, position: int) -> "Accumulated":
        """Raises as `condition.passed`."""
        counts = every([columns.passed(where, condition) for condition in field.conditions])
        value = (
            NOWHERE if field.path is None or field.accumulation is Accumulation.COUNT else columns.at(where, field.path)
        )
        if field.members:
            value = Value(_members(where, columns, field.members), FieldType.JSON)
        value = _prepared(field.accumulation, value)
        return cls(field.accumulation, position, value, counts if field.conditions else None)

    @property
    def taken(self) -> list[LiteralString]:
        """What is taken out of a row."""
        taken: list[LiteralString] = []
        if self.accumulation is not Accumulation.COUNT:
            taken.append(f"{self.value.sql} as {self._name('v')}")
        if self.counts is not None:
            taken.append(f"coalesce({self.counts}, false) as {self._name('m')}")
        return taken

    def across(self, by: Sequence[LiteralString], order: Sequence[Term]) -> list[LiteralString]:
        """What is found across the rows of the group."""
        if self.accumulation not in (Accumulation.FIRST, Accumulation.LAST):
            return []
        last = self.accumulation is Accumulation.LAST
        ordering = _carried(order, backwards=last)
        partition: LiteralString = f"partition by {', '.join(by)}" if by else ""
        return [f"row_number() over ({partition}{ordering}) as {self._name('n')}"]

    @property
    def size(self) -> LiteralString:
        """How many bytes of a row are collected into a list; empty for none."""
        if self.accumulation not in _COLLECTS:
            return ""
        return f"coalesce(octet_length(q.{self._name('v')}::text), 0)"

    def aggregate(self, order: Sequence[Term], most_bytes: LiteralString) -> LiteralString:
        """What the group says. `most_bytes`: the placeholder of the limit of what is collected."""
        return f"{self._aggregate(order, most_bytes)} as {self._name('a')}"

    def _aggregate(self, order: Sequence[Term], most_bytes: LiteralString) -> LiteralString:
        v: LiteralString = f"q.{self._name('v')}"
        counting: LiteralString = "" if self.counts is None else f" filter (where q.{self._name('m')})"
        match self.accumulation:
            case Accumulation.COUNT:
                return f"count(*){counting}"
            case Accumulation.SUM:
                return f"coalesce(sum({v}){counting}, 0)"
            case Accumulation.AVERAGE:
                counted = v if self.counts is None else f"case when q.{self._name('m')} then {v} else 0 end"
                return f"trim_scale(round(sum({counted}) * {_PADDED} / nullif(count({counted}), 0), {_PLACES}))"
            case Accumulation.MAX | Accumulation.MIN:
                return _extreme(self.accumulation.value == "max", v, self.value.type)
            case Accumulation.FIRST | Accumulation.LAST:
                return f"(array_agg({v}) filter (where q.{self._name('n')} = 1))[1]"
            case _:
                kept: LiteralString = (
                    f"case when q.size > {most_bytes}::bigint then json_too_large(q.size) else {v} end"
                )
                return _collected(self.accumulation, kept, v, _carried(order))

    def _name(self, letter: LiteralString) -> LiteralString:
        return numbered(letter, self.position)


def _members(where: Where, columns: Columns, members: Sequence[tuple[str, str]]) -> LiteralString:
    """An object of what is there."""
    objects: list[LiteralString] = []
    for path, name in members:
        value = columns.at(where, path)
        member: LiteralString = f"jsonb_build_object({where.bind(name)}::text, {json(value, seconds=True)})"
        objects.append(f"case when {value.sql} is null then '{{}}'::jsonb else {member} end")
    return " || ".join(objects)


def _prepared(accumulation: Accumulation, value: Value) -> Value:
    """The value in the form in which it is accumulated."""
    match accumulation:
        case Accumulation.SUM | Accumulation.AVERAGE:
            return Value(number(value), FieldType.NUMBER)
        case Accumulation.FIRST | Accumulation.LAST if value.type is not FieldType.TEXTS:
            return value
        case Accumulation.MAX | Accumulation.MIN | Accumulation.COUNT:
            return value
        case _:
            return Value(json(value), FieldType.JSON)


def _carried(order: Sequence[Term], *, backwards: bool = False) -> LiteralString:
    return order_by(
        [
            Term(numbered("q.o", position), term.descending != backwards, term.present)
            for position, term in enumerate(order)
        ]
    )


def _extreme(largest: bool, v: LiteralString, kind: FieldType) -> LiteralString:  # noqa: FBT001  max or min
    """The largest or smallest of the scalars; objects and lists are left out."""
    of: LiteralString = "max" if largest else "min"
    truths: LiteralString = "bool_or" if largest else "bool_and"
    match kind:
        case FieldType.TEXTS:
            return "null::jsonb"
        case FieldType.TEXT:
            return f'{of}({v} collate "C")'
        case FieldType.TRUTH:
            return f"{truths}({v})"
        case FieldType.JSON:
            found: list[LiteralString] = [
                f"to_jsonb({of}({number(Value(v, kind))}))",
                f"to_jsonb({of}({text(v)}))",
                f"to_jsonb({truths}({truth(v)}))",
            ]
            return f"coalesce({', '.join(reversed(found) if largest else found)})"
        case _:
            return f"{of}({v})"


def _collected(
    accumulation: Accumulation, kept: LiteralString, v: LiteralString, ordering: LiteralString
) -> LiteralString:
    if accumulation is Accumulation.ADD_TO_SET:
        return f"coalesce(jsonb_agg(distinct {kept}) filter (where {v} is not null), '[]')"
    pushed: LiteralString = f"coalesce(jsonb_agg({kept}{ordering}) filter (where {v} is not null), '[]')"
    return f"json_merged({pushed})" if accumulation is Accumulation.MERGE_OBJECTS else pushed
