"""From what a reader of problems asks for to the house's filter, and to what a filter has no words for."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from whence.dialects import Context
from whence.dialects.desk import ids, levels, naming, problem_finding, tag_text
from whence.dialects.desk.problem_facts import Facts
from whence.dialects.desk.problem_finding import Question
from whence.dialects.desk.problem_ids import of_problem
from whence.dialects.desk.problem_selector import ENTITIES, NOBODYS, Criterion
from whence.dialects.desk.query import fault
from whence.dialects.desk.sight import Sight
from whence.domain.entity import MOST_AT_ONCE, TagTest
from whence.domain.entity_test import Tagged
from whence.domain.event import Span
from whence.domain.problem import Problem, ProblemFilter, ProblemState

MOST_NAMED: Final = 100  # problems that one question names

Test = Callable[[Problem], bool]

_NAME: Final = re.compile(r"[Pp]-([0-9]{1,10})", re.ASCII)
_LARGEST_NUMBER: Final = 2**31 - 1
_STATES: Final[Mapping[str, ProblemState]] = {"OPEN": ProblemState.OPEN, "CLOSED": ProblemState.CLOSED}


async def question(
    context: Context,
    sight: Sight,
    criteria: Sequence[Criterion],
    *,
    path: str,
    window: Span | None = None,
    entity_ids: Iterable[str] | None = None,
    keys: Sequence[str] = (),
) -> Question | None:
    """The question; None when no problem can be all that.

    Args:
        path: the parameter that the criteria came in.
        entity_ids: it affects one of these; None does not narrow.
        keys: it holds an alert with one of these.

    Raises:
        Invalid: a criterion names more than is looked up.
    """
    criteria = [await _resolved(context, sight, one) for one in criteria]
    asked = _left(criteria)
    if asked is None:
        return None
    groups = [frozenset(entity_ids)] if entity_ids is not None else []
    groups += [one.values for one in criteria if one.name == "affectedEntities"]
    groups += [await _tagged(context, sight, one.values, path) for one in criteria if one.name == "entityTags"]
    types = levels.types_of(asked.get("severityLevel", levels.SEVERITIES))
    if not all(groups) or not types:
        return None
    indexed = _indexed(groups, ids.environment(sight.by.account_id))
    # The index knows what other dialects' alerts affect, which not everybody sees.
    tests = [_affects(group, sight) for group in groups if group is not indexed or not sight.sees_all]
    tests += [_TESTS[one.name](one.values, sight) for one in criteria if one.name in _TESTS]
    return Question(
        asked=ProblemFilter(
            turning=window,
            states=tuple(_STATES[status] for status in asked.get("status", ())),
            entity_ids=None if indexed is None else tuple(sorted(indexed)),
            dialects=sight.dialects,
            types=types if "severityLevel" in asked and not sight.sees_all else (),
            keys=tuple(keys),
        ),
        also=None if not tests else lambda problem: all(test(problem) for test in tests),
        chosen=await _chosen(context, sight, asked, path),
        words=tuple(word for one in criteria if one.name == "text" for word in one.values),
    )


async def _resolved(context: Context, sight: Sight, one: Criterion) -> Criterion:
    """The criterion with entities' ids, where it was given names."""
    if one.name not in ENTITIES:
        return one
    return replace(one, values=frozenset(await naming.entity_ids(context.catalog, sight.by, one.values)))


def _left(criteria: Iterable[Criterion]) -> dict[str, frozenset[str]] | None:
    """The values that are left of each criterion of which a problem has one; None: of one there are none."""
    found: dict[str, frozenset[str]] = {}
    for one in criteria:
        # What maintenance covers is in no problem.
        if one.name in NOBODYS or (one.name == "underMaintenance" and "false" not in one.values):
            return None
        if one.name in _OF_ONE:
            found[one.name] = found.get(one.name, one.values) & one.values
    return found if all(found.values()) else None


def _indexed(groups: Iterable[frozenset[str]], environment: str) -> frozenset[str] | None:
    """The smallest group that an index finds: what affects the environment affects no entity in particular."""
    return min((group for group in groups if environment not in group), key=len, default=None)


async def _tagged(context: Context, sight: Sight, texts: Iterable[str], path: str) -> frozenset[str]:
    """The entities with one of the tags; one without a value in the text has none."""
    tags = map(tag_text.parse, sorted(texts))
    test = Tagged(tuple(TagTest(context=tag.context, key=tag.key, value=tag.value) for tag in tags))
    found = await context.catalog.select(sight.by, test, limit=MOST_AT_ONCE + 1)
    if len(found) > MOST_AT_ONCE:
        raise fault(path, f"names a tag of more than {MOST_AT_ONCE} entities")
    return frozenset(entity.id for entity in found)


async def _chosen(
    context: Context, sight: Sight, asked: Mapping[str, frozenset[str]], path: str
) -> tuple[Problem, ...] | None:
    """The problems that are named; None: none are."""
    if max(len(asked.get("problemId", ())), len(asked.get("displayId", ()))) > MOST_NAMED:
        raise fault(path, f"must name at most {MOST_NAMED} problems")
    if (names := asked.get("problemId")) is not None:
        return tuple(await problem_finding.chosen(context, sight, sorted(names)))
    if (shown := asked.get("displayId")) is None:
        return None
    numbers = [int(found[1]) for name in shown if (found := _NAME.fullmatch(name))]
    known = await context.problems.ids(sight.by, [number for number in numbers if number <= _LARGEST_NUMBER])
    return tuple((await context.problems.some(sight.by, list(known.values()))).values())


def _affects(group: frozenset[str], sight: Sight) -> Test:
    return lambda problem: not group.isdisjoint(_facts(problem, sight).affected)


def _facts(problem: Problem, sight: Sight) -> Facts:
    return Facts.of(problem, sight.by.account_id)


def _has_severity(values: frozenset[str], sight: Sight) -> Test:
    return lambda problem: _facts(problem, sight).severity_level in values


def _has_impact(values: frozenset[str], sight: Sight) -> Test:
    return lambda problem: levels.V2_IMPACTS[_facts(problem, sight).impact_level] in values


def _has_root_cause(values: frozenset[str], sight: Sight) -> Test:
    return lambda problem: _facts(problem, sight).root_cause in values


def _impacts(values: frozenset[str], sight: Sight) -> Test:
    return lambda problem: not values.isdisjoint(_facts(problem, sight).impacted)


def _affects_type(values: frozenset[str], sight: Sight) -> Test:
    return lambda problem: not values.isdisjoint(map(ids.type_of, _facts(problem, sight).affected))


def _has_id(values: frozenset[str], _: Sight) -> Test:
    return lambda problem: of_problem(problem) in values


def _has_name(values: frozenset[str], _: Sight) -> Test:
    wanted = {value.upper() for value in values}
    return lambda problem: problem.name in wanted


def _says(values: frozenset[str], _: Sight) -> Test:
    wanted = [value.casefold() for value in values]

    def says(problem: Problem) -> bool:
        texts = [text.casefold() for text in (problem.title, problem.name, *problem.entity_ids)]
        return any(word in text for word in wanted for text in texts)

    return says


_TESTS: Final[Mapping[str, Callable[[frozenset[str], Sight], Test]]] = {
    "severityLevel": _has_severity,
    "impactLevel": _has_impact,
    "rootCauseEntity": _has_root_cause,
    "impactedEntities": _impacts,
    "affectedEntityTypes": _affects_type,
    "problemId": _has_id,
    "displayId": _has_name,
    "text": _says,
}
_OF_ONE: Final = frozenset({"status", "severityLevel", "impactLevel", "rootCauseEntity", "problemId", "displayId"})
