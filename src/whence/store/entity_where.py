"""A test of entities as SQL. Its twin is `domain.entity_test.passes`; a property test keeps them the same."""

from collections.abc import Sequence
from typing import Final, LiteralString

from whence.domain.entity import TagRule, TagTest
from whence.domain.entity_test import (
    LOWER,
    UPPER,
    AllOf,
    Comparison,
    Documented,
    EntityTest,
    FirstSeen,
    Having,
    Lasting,
    LastSeen,
    Named,
    NameMatch,
    Negated,
    Never,
    OfType,
    Related,
    SpelledType,
    Tagged,
    Unhealthy,
    WithId,
    folded,
)
from whence.domain.errors import Invalid
from whence.domain.filter import PropertyTest
from whence.store.where import Where

_ALIASES: Final[tuple[LiteralString, ...]] = ("e", "e1", "e2", "e3", "e4")  # the entity asked for, and its relations'

_NAMED: Final[dict[NameMatch, LiteralString]] = {
    NameMatch.CONTAINS: "exists (select from unnest(?::text[]) as given (name) where strpos({name}, given.name) > 0)",
    NameMatch.EQUALS: "{name} = any(?::text[])",
    NameMatch.PREFIX: "exists (select from unnest(?::text[]) as given (name) where starts_with({name}, given.name))",
}
_COMPARED: Final[dict[Comparison, LiteralString]] = {
    Comparison.BEFORE: "<",
    Comparison.AT_OR_BEFORE: "<=",
    Comparison.AFTER: ">",
    Comparison.AT_OR_AFTER: ">=",
}


def of_rules(where: Where, rules: Sequence[TagRule]) -> None:
    """That entity `e` is what one of the rules means."""
    where.add("not e.archived")
    where.add(_some([_rule(where, rule) for rule in rules]))


def selected(where: Where, test: EntityTest) -> None:
    """That entity `e` passes the test.

    Raises:
        Invalid: entities related to related ones, too far to be followed.
    """
    where.add("not e.archived")
    passing(where, test)


def passing(where: Where, test: EntityTest) -> None:
    """That entity `e`, archived or not, passes the test. Raises as `selected`."""
    where.add(_condition(where, test, 0))


def _rule(where: Where, rule: TagRule) -> LiteralString:
    conditions: list[LiteralString] = [_tagged(where, alternatives, "e") for alternatives in rule.tags]
    if rule.types:
        conditions.append(where.fill("e.type = any(?::text[])", list(rule.types)))
    return _every(conditions)


def _condition(where: Where, test: EntityTest, depth: int) -> LiteralString:
    match test:
        case AllOf(tests):
            return _every([_condition(where, one, depth) for one in tests])
        case Negated(inner):
            return f"not {_condition(where, inner, depth)}"
        case Unhealthy(yes):
            return _unhealthy(_ALIASES[depth]) if yes else f"not {_unhealthy(_ALIASES[depth])}"
        case Related():
            return _related(where, test, depth)
        case Documented(kind, keys):
            return _documented(where, kind, keys, _ALIASES[depth])
        case SpelledType():
            return _spelled_type(where, test, _ALIASES[depth])
        case _:
            return _lasting(where, test, _ALIASES[depth])


def _lasting(where: Where, test: Lasting, e: LiteralString) -> LiteralString:
    match test:
        case OfType(types):
            return where.fill(f"{e}.type = any(?::text[])", list(types))
        case WithId(ids):
            return where.fill(f"{e}.entity_id = any(?::text[])", list(ids))
        case Tagged(alternatives):
            return _tagged(where, alternatives, e)
        case Named():
            return _named(where, test, e)
        case FirstSeen(comparison, at):
            return where.fill(f"{e}.first_seen {_COMPARED[comparison]} ?", at)
        case LastSeen(since):
            return where.fill(f"{e}.last_seen >= ?", since)
        case Having():
            return _some([_having(where, test, keys, e) for keys in test.readings()])
        case Never():
            return "false"


def _every(conditions: Sequence[LiteralString]) -> LiteralString:
    return f"({' and '.join(conditions)})" if conditions else "true"


def _some(conditions: Sequence[LiteralString]) -> LiteralString:
    return f"({' or '.join(conditions)})" if conditions else "false"


def _tagged(where: Where, alternatives: Sequence[TagTest], e: LiteralString) -> LiteralString:
    """That a tag passes one of the tests: by the index, and then by what the tag is, as two may share a key."""
    keys: list[LiteralString] = []
    passing: list[LiteralString] = []
    for test in alternatives:
        context, key = where.bind(test.context), where.bind(test.key)
        value: LiteralString = "null" if test.value is None else where.bind(test.value)
        keys.append(f"entity_tag_key($1, {context}, {key}, {value})")
        passed: LiteralString = f"tag ->> 'context' = {context} and tag ->> 'key' = {key}"
        passing.append(passed if test.value is None else f"{passed} and tag ->> 'value' = {value}")
    if not keys:
        return "false"
    return (
        f"({e}.tag_keys && array[{', '.join(keys)}]"
        f" and exists (select from json_array_elements({e}.tags) as element (tag) where {' or '.join(passing)}))"
    )


def _named(where: Where, test: Named, e: LiteralString) -> LiteralString:
    name: LiteralString = f"{e}.name"
    texts = list(test.texts)
    if test.folds_case:
        upper, lower = where.bind(UPPER), where.bind(LOWER)
        # A look at the whole alphabet for each letter is dear, and most names have none but ASCII letters.
        name = (
            f'case when octet_length({name}) = char_length({name}) then lower({name} collate "C")'
            f" else translate({name}, {upper}, {lower}) end"
        )
        texts = [folded(text) for text in texts]
    condition = _NAMED[test.how].partition("{name}")
    return where.fill(f"{condition[0]}{name}{condition[2]}", texts)


def _having(where: Where, test: Having, keys: Sequence[str], e: LiteralString) -> LiteralString:
    steps = "".join([f" -> {where.bind(key)}::text" for key in keys])
    value: LiteralString = f"({e}.properties{steps})"
    if test.value is None:
        return f"(coalesce(json_typeof({value}), 'null') <> 'null')"
    spelled = where.bind(sorted(PropertyTest(path="", values=(test.value,)).spellings()))
    return (
        f"exists (select from json_array_elements(case when json_typeof({value}) = 'array' then {value}"
        f" else json_build_array({value}) end) as item"
        " where json_typeof(item) in ('string', 'number', 'boolean')"
        f" and item #>> '{{}}' = any({spelled}::text[]))"
    )


def _unhealthy(e: LiteralString) -> LiteralString:
    return (
        f"exists (select from alert a where a.account_id = $1 and a.entity_id = {e}.entity_id"
        " and a.closed_at is null and (a.expires_at is null or a.expires_at > now()))"
    )


def _documented(where: Where, kind: str, keys: Sequence[str], e: LiteralString) -> LiteralString:
    return where.fill(
        f"exists (select from document d where d.account_id = $1 and d.owner = {e}.entity_id"
        " and d.kind = ? and d.key = any(?::text[]))",
        kind,
        list(keys),
    )


def _spelled_type(where: Where, test: SpelledType, e: LiteralString) -> LiteralString:
    return where.fill(
        "coalesce((select nullif(d.value ->> ?::text, '') from document d where d.account_id = $1"
        f" and d.owner = {e}.entity_id and d.kind = ? and d.key = ''), lower({e}.type)) = any(?::text[])",
        test.member,
        test.kind,
        list(test.texts),
    )


def _related(where: Where, test: Related, depth: int) -> LiteralString:
    if depth + 1 == len(_ALIASES):
        raise Invalid.at("", f"asks for relations of relations, more than {depth} deep")
    here: LiteralString = "source" if test.outgoing else "target"
    there: LiteralString = "target" if test.outgoing else "source"
    e, other = _ALIASES[depth], _ALIASES[depth + 1]
    kinds = where.fill("r.kind = any(?::text[])", [kind.value for kind in test.kinds])
    return (
        f"exists (select from relation r join entity {other} on {other}.account_id = $1"
        f" and {other}.entity_id = r.{there}"
        f" where r.account_id = $1 and r.{here} = {e}.entity_id and {kinds}"
        f" and not {other}.archived and {_condition(where, test.inner, depth + 1)})"
    )
