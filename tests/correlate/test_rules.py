"""What rules make of a signal. Source of the rows: Cloudforet contract 17."""

from typing import Any

import pytest

from tests.correlate.signalled import condition, rule, signal, webhook
from whence.correlate.rules import moves_in_a_circle, route
from whence.domain.rule import Policy
from whence.domain.signal import Grade, Resource, SignalKind
from whence.domain.ticket import Urgency

_SAID = signal(
    title="Disk 91% on db1", description="Nearly full", rule="disk", grade=Grade.WARNING, kind=SignalKind.ALERT,
    resources=("db1", "db2"), resource=Resource(id="i-42", name="db2"), provider="aws", account="12",
    info={"team": "dba", "count": "3"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "comparison", "value", "holds"),
    [
        ("title", "eq", "Disk 91% on db1", True),
        ("title", "eq", "disk 91% on db1", False),
        ("title", "contain", "DISK", True),
        ("title", "not_contain", "cpu", True),
        ("title", "not_contain", "dIsK", False),
        ("title", "not", "Disk 91% on db1", False),
        ("description", "contain", "nearly", True),
        ("rule", "eq", "disk", True),
        ("severity", "eq", "WARNING", True),
        ("account", "eq", "12", True),
        ("provider", "eq", "aws", True),
        ("event_key", "eq", "disk", True),
        ("event_type", "eq", "ALERT", True),
        ("webhook_id", "eq", "webhook-1", True),
        ("project_id", "eq", "p", True),
        ("resource", "eq", "db1", True),
        ("resource", "eq", "i-42", True),
        ("resource", "not", "db1", False),
        ("resource", "contain", "DB", True),
        ("resources", "eq", "db2", True),
        ("resources", "eq", "i-42", False),
        ("additional_info.team", "eq", "dba", True),
        ("additional_info.count", "contain", "3", True),
        ("additional_info.absent", "eq", "x", False),
        ("additional_info.absent", "not", "x", False),
        ("additional_info.absent", "not_contain", "x", False),
    ],
)
def test_a_condition(field: str, comparison: str, value: str, holds: bool) -> None:  # noqa: FBT001  a column of the table
    routed = route(_SAID, webhook(), [rule(condition(field, comparison, value), actions={"assignee": "dba"})])

    assert (routed.assignee == "dba") is holds


@pytest.mark.parametrize("field", ["title", "description", "rule", "account", "provider", "resource", "resources"])
@pytest.mark.parametrize("comparison", ["not", "not_contain"])
def test_what_a_signal_lacks_passes_no_test(field: str, comparison: str) -> None:
    said = signal(title="")

    routed = route(said, webhook(), [rule(condition(field, comparison, "x"), actions={"assignee": "dba"})])

    assert routed.assignee == ""


@pytest.mark.parametrize(
    ("policy", "first", "second", "acts"),
    [
        (Policy.ALL, "db1", "db2", False),
        (Policy.ALL, "db1", "Disk", True),
        (Policy.ANY, "db1", "absent", True),
        (Policy.ANY, "nothing", "absent", False),
        (Policy.ALWAYS, "nothing", "absent", True),
    ],
)
def test_a_policy(policy: Policy, first: str, second: str, acts: bool) -> None:  # noqa: FBT001  a column of the table
    conditions = condition("title", "contain", first), condition("title", "contain", second)

    routed = route(_SAID, webhook(), [rule(*conditions, policy=policy, actions={"urgency": Urgency.HIGH})])

    assert (routed.urgency is Urgency.HIGH) is acts


def test_rules_of_the_workspace_run_before_those_of_the_project() -> None:
    wide = rule(id="er-wide", project="", actions={"assignee": "wide", "info": {"a": 1, "b": 1}})
    own = rule(id="er-own", actions={"info": {"b": 2}})

    routed = route(_SAID, webhook(), [own, wide])

    assert routed.assignee == "wide"
    assert routed.info == {"team": "dba", "count": "3", "a": "1", "b": "2"}


def test_a_rule_that_stops_is_the_last() -> None:
    rules = [rule(id="er-1", stops=True, actions={"assignee": "one"}), rule(id="er-2", actions={"assignee": "two"})]

    assert route(_SAID, webhook(), rules).assignee == "one"


def test_a_rule_that_does_not_apply_stops_nothing() -> None:
    rules = [
        rule(condition("title", "eq", "x"), id="er-1", stops=True),
        rule(id="er-2", actions={"assignee": "two"}),
    ]

    assert route(_SAID, webhook(), rules).assignee == "two"


def test_another_project_takes_over_with_rules_of_its_own() -> None:
    """What was set for the first project is dropped; then its remaining rules go on."""
    rules = [
        rule(id="er-1", actions={"assignee": "first", "policy": "ep-1"}),
        rule(id="er-2", actions={"project": "q"}),
        rule(id="er-3", actions={"silences": True}),
        rule(id="er-4", project="q", actions={"urgency": Urgency.LOW}),
    ]

    routed = route(_SAID, webhook(), rules)

    assert (routed.project, routed.assignee, routed.policy) == ("q", "", "")
    assert (routed.urgency, routed.is_told) == (Urgency.LOW, False)


def test_a_circle_ends() -> None:
    """Such rules are refused when they are made; those that two people make at once end all the same."""
    rules = [
        rule(id="er-1", actions={"project": "q"}),
        rule(id="er-2", project="q", actions={"project": "p"}),
    ]

    assert route(_SAID, webhook(), rules).project == "p"


@pytest.mark.parametrize(
    ("moves", "new", "circle"),
    [
        ([("p", "q")], ("q", "p"), True),
        ([("p", "q"), ("q", "r")], ("r", "p"), True),
        ([("p", "q")], ("q", "r"), False),
        ([], ("p", "p"), True),
        ([], ("", "p"), False),
    ],
)
def test_moves_in_a_circle(moves: list[tuple[str, str]], new: tuple[str, str], circle: bool) -> None:  # noqa: FBT001  a column of the table
    def moving(way: tuple[str, str]) -> Any:  # noqa: ANN401  a rule
        return rule(project=way[0], actions={"project": way[1]})

    assert moves_in_a_circle(moving(new), [moving(way) for way in moves]) is circle


def test_rules_of_another_workspace_close_no_circle() -> None:
    """They do not run together: a signal is of one workspace."""
    others = [rule(workspace="w-2", project="q", actions={"project": "p"})]

    assert not moves_in_a_circle(rule(actions={"project": "q"}), others)
