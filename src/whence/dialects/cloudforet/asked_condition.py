"""Conditions as they are sent, read. Pure. Source: Cloudforet contract 11.2 to 11.4 and 13.3."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final, cast

from whence.dialects.cloudforet.errors import Code, Fault, bad_query, invalid
from whence.dialects.cloudforet.relative_time import relative_time
from whence.domain.query.condition import reduced
from whence.domain.query.field import FieldType, Schema
from whence.domain.query.moment import moment
from whence.domain.query.path import keys_of, step
from whence.domain.query.question import Condition, Operator
from whence.domain.query.refusal import BadQuery

MOST_CONDITIONS: Final = 100
MOST_VALUES: Final = 1_000
OF_ELEMENTS: Final = ("eq", "not", "in", "not_in", "contain", "not_contain", "contain_in", "not_contain_in")
_SPELLINGS: Final = (("key", "k"), ("value", "v"), ("operator", "o"))
_SCALAR: Final = frozenset({
    Operator.EQ, Operator.NOT, Operator.LT, Operator.LTE, Operator.GT, Operator.GTE,
})  # fmt: skip
_TEXT: Final = frozenset({Operator.CONTAIN, Operator.NOT_CONTAIN, Operator.REGEX})
_LIST: Final = frozenset({Operator.IN, Operator.NOT_IN})
_TEXTS: Final = frozenset({Operator.CONTAIN_IN, Operator.NOT_CONTAIN_IN, Operator.REGEX_IN})
_BY_NAME: Final[Mapping[str, Operator]] = {
    operator.value: operator for operator in (*_SCALAR, *_TEXT, *_LIST, *_TEXTS, Operator.EXISTS, Operator.MATCH)
}
_BY_TIME: Final[Mapping[str, Operator]] = {
    "lt": Operator.TIME_LT,
    "lte": Operator.TIME_LTE,
    "gt": Operator.TIME_GT,
    "gte": Operator.TIME_GTE,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A condition, or a part of a statistic, as it was sent: names in either spelling, numbers as JSON has them."""

    members: Mapping[str, Any]

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "Sent":
        """Raises Fault where a number is none."""
        return cls({name: plain(value, name) for name, value in sent.items()})

    def get(self, name: str) -> Any:  # noqa: ANN401  JSON is anything
        """The member by its long name, whichever was sent; None if neither was."""
        return self.members.get(name, self.members.get(name[0]))

    def text(self, name: str) -> str:
        """The member if it is a text that says anything."""
        value = self.get(name)
        return value if isinstance(value, str) else ""

    @property
    def shown(self) -> str:
        """As it was sent, in Python's notation."""
        known = [spelling for pair in _SPELLINGS for spelling in pair]
        names = [name for name in known if name in self.members] + [name for name in self.members if name not in known]
        return repr({name: self.members[name] for name in names})

    @property
    def shown_in_full(self) -> str:
        """The same with all names in their long form."""
        return repr({name: self.get(name) for name, _ in _SPELLINGS})


def plain(value: Any, key: str) -> Any:  # noqa: ANN401  JSON is anything
    """The JSON value with whole numbers as such.

    Raises:
        Fault: a number that is none.
    """
    match value:
        case float() if not isfinite(value):
            raise invalid(key, "A number must be finite.")
        case float() if value.is_integer():
            return int(value)
        case list() | tuple():
            return [plain(item, key) for item in cast("Sequence[Any]", value)]
        case Mapping():
            return {name: plain(item, key) for name, item in cast("Mapping[str, Any]", value).items()}
        case _:
            return value


def conditions(
    sent: Sequence[Mapping[str, Any]], path: str, schema: Schema, aliases: Mapping[str, str], now: datetime
) -> tuple[Condition, ...]:
    """The conditions on fields of a collection.

    Raises:
        Fault: there are too many, or one of them means nothing.
    """
    bounded(sent, path)
    return tuple(_of_field(condition(Sent.of(one), now), schema, aliases) for one in sent)


def bounded(sent: Sequence[object], path: str, most: int = MOST_CONDITIONS) -> None:
    """Return when there are few enough.

    Raises:
        Fault: there are more.
    """
    if len(sent) > most:
        raise invalid(path, f"There must be at most {most}.")


def condition(sent: Sent, now: datetime) -> Condition:
    """The condition, whatever its key leads to.

    Raises:
        Fault: it means nothing.
    """
    name = sent.text("operator")
    kind, _, comparison = name.partition("_")
    timed = _BY_TIME.get(comparison) if kind in ("datetime", "timediff") else None
    if timed is None and name not in _BY_NAME:
        raise bad_query(f"Filter operator is not supported. (operator = {sent.get('operator')})")
    if not (key := sent.text("key")):
        raise bad_query("Filter condition should have key, value and operator.")
    if timed is not None:
        return Condition(key, timed, _instant(sent, kind, name, now))
    operator = _BY_NAME[name]
    made = Condition(key, operator, _value(sent, operator))
    _require_meaning(made, FieldType.JSON)
    return made


def require_parts(sent: Sent, where: str, operators: Sequence[str]) -> None:
    """Return when the condition has a key, a value and one of the operators.

    Raises:
        BadQuery: it has not.
    """
    for name in ("key", "value", "operator"):
        if sent.get(name) is None and not (name == "value" and {"value", "v"} & sent.members.keys()):
            raise BadQuery(f"'{where}' condition requires a {name}: {sent.shown}")
    if (operator := sent.get("operator")) not in operators:
        raise BadQuery(f"'{where}' condition's {operator} operator is not supported. {supported(operators)}")


def supported(operators: Iterable[str]) -> str:
    """What may be sent, as it is told."""
    return f"(supported_operator = {[str(operator) for operator in operators]})"


def _of_field(asked: Condition, schema: Schema, aliases: Mapping[str, str]) -> Condition:
    """The condition on a field of the collection."""
    asked = Condition(aliases.get(asked.key, asked.key), asked.operator, asked.value)
    kind = resolved(asked.key, schema)
    _require_meaning(asked, kind)
    return asked


def resolved(key: str, schema: Schema) -> FieldType:
    """What the key leads to; what is inside of a field is as good as JSON.

    Raises:
        Fault: to no field.
    """
    try:
        keys = keys_of(key)
    except BadQuery as bad:
        raise bad_query(bad.reason) from None
    if (found := step(schema, keys)) is None:
        first, *deeper = keys
        if first == "alert" and deeper:
            raise bad_query(f"Cannot perform join in mongoDB: {'__'.join(keys)}")
        raise bad_query(f'Cannot resolve field "{first}"')
    return FieldType.JSON if found[1] else schema[found[0]]


def _require_meaning(asked: Condition, kind: FieldType) -> None:
    """Return when the condition means something for such a field: no bad expression, no bad time."""
    try:
        reduced(asked, kind)
    except BadQuery as bad:
        raise bad_query(bad.reason) from None


def _instant(sent: Sent, kind: str, name: str, now: datetime) -> datetime:
    value = sent.get("value")
    if kind == "timediff":
        at = relative_time(value, now) if isinstance(value, str) else None
        if at is None:
            raise bad_query(f"The value of {name} operator is invalid. (value = {value})")
        return at
    at = moment(value) if isinstance(value, str) else None
    if at is None:
        raise bad_query(f"The value of {name} operator is required ISO 8601 format.")
    return at


def _value(sent: Sent, operator: Operator) -> object:
    value = sent.get("value")
    if operator in _LIST or operator in _TEXTS:
        return _several(sent, operator, value)
    if operator is Operator.EXISTS:
        if not isinstance(value, bool):
            raise _fault(Code.OPERATOR_BOOLEAN_TYPE, operator, "must be a boolean type", sent.shown_in_full)
        return value
    if operator is Operator.MATCH:
        return _members(sent, value)
    return _one(sent, operator, value, text=operator in _TEXT)


def _several(sent: Sent, operator: Operator, value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise _fault(Code.OPERATOR_LIST_VALUE_TYPE, operator, "must be a list type", sent.shown)
    values = cast("list[object]", value)
    bounded(values, f"query.filter.{sent.text('key')}", MOST_VALUES)
    return tuple(_one(sent, operator, one, text=operator in _TEXTS) for one in values)


def _one(sent: Sent, operator: Operator, value: object, *, text: bool) -> object:
    """The value, if the operator takes such a one."""
    if isinstance(value, list | dict) or (text and not isinstance(value, str)):
        kind = type(cast("object", value)).__name__
        raise _fault(Code.OPERATOR_VALUE_TYPE, operator, f"does not support {kind} type", sent.shown)
    return value


def _members(sent: Sent, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _fault(Code.OPERATOR_DICT_VALUE_TYPE, Operator.MATCH, "must be a dictionary type", sent.shown_in_full)
    members = cast("dict[str, object]", value)
    bounded(list(members), f"query.filter.{sent.text('key')}")
    if any(name.startswith("$") for name in members):
        raise invalid(f"query.filter.{sent.text('key')}", "Member names must not start with $.")
    return members


def _fault(code: Code, operator: Operator, rule: str, shown: str) -> Fault:
    return Fault(code, f"The value of '{operator} operator' {rule}. ({shown})")
