"""The calls over event rules, and what rules do. Source: Cloudforet contract 17."""

from asyncio import gather
from typing import Any, Final

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    ABOUT_DB,
    ALWAYS,
    Refused,
    Speaker,
    domain,
    invalid,
    key,
    missing,
    required,
    rule,
    workspace,
)

_OFFERED: Final = "title | description | rule | severity | resource | account | webhook_id | project_id"
_KEYS: Final = f"{_OFFERED} | event_key | event_type | provider | resources | additional_info.<key>"
_ON_ONE: Final = ("update", "change-order", "delete", "get")


async def _orders(owner: Speaker, **asked: str) -> dict[str, int]:
    return {row["name"]: row["order"] for row in await owner.rows("event-rule/list", **asked)}


async def test_a_rule_is_made(owner: Speaker, tenant: Tenant) -> None:
    """[17] The example."""
    asked = {
        "name": "db team",
        "conditions": [ABOUT_DB],
        "conditions_policy": "ALL",
        "actions": {"change_urgency": "HIGH", "add_additional_info": {"team": "dba"}},
        "options": {"stop_processing": True},
        "resource_group": "PROJECT",
        "project_id": "p",
    }

    made = await owner("event-rule/create", **asked)

    assert await owner("event-rule/get", event_rule_id=made["event_rule_id"]) == made
    word, _, digits = made.pop("event_rule_id").partition("-")
    assert (word, len(digits)) == ("er", 12)
    assert made.pop("created_at").endswith("Z")
    assert made == {
        **asked, "order": 1, "tags": {}, "domain_id": domain(tenant), "workspace_id": workspace(tenant),
    }  # fmt: skip


async def test_all_that_is_given_is_kept(owner: Speaker) -> None:
    """[17] Also what has no effect."""
    actions = {
        "change_assignee": "dba", "change_urgency": "LOW", "change_project": "q", "no_notification": True,
        "match_service_account": {"source": "a", "target": "b"}, "add_additional_info": {"a.b": {"$c": [1, None]}},
    }  # fmt: skip

    made = await rule(owner, actions, tags={"a": 1}, resource_group="WORKSPACE", project_id="")

    assert (made["actions"], made["tags"], made["resource_group"]) == (actions, {"a": 1}, "WORKSPACE")
    assert "project_id" not in made


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, required("conditions_policy")),
        ({"conditions_policy": "NONE"}, required("conditions_policy")),
        ({"conditions_policy": "ALL"}, required("actions")),
        ({"conditions_policy": "ALL", "actions": {}}, required("resource_group")),
        (
            {"conditions_policy": "ALL", "actions": {}, "resource_group": "RESOURCE_GROUP_NONE"},
            required("resource_group"),
        ),
        ({"conditions_policy": "ALL", "actions": {}, "resource_group": "PROJECT"}, required("project_id")),
        ({**ALWAYS, "actions": {}, "conditions_policy": "ALL"}, required("conditions")),
        ({**ALWAYS, "actions": {}, "conditions_policy": "ANY", "conditions": []}, required("conditions")),
        ({**ALWAYS, "actions": {}, "project_id": " "}, required("project_id")),
        ({**ALWAYS, "actions": {"change_project": " "}}, required("actions.change_project")),
    ],
)
async def test_a_rule_needs_something(owner: Speaker, asked: dict[str, Any], told: Refused) -> None:
    """[17]."""
    assert await owner.refused("event-rule/create", **asked) == told


@pytest.mark.parametrize("policy", ["ALL", "ANY"])
async def test_a_rule_without_conditions_always_applies(owner: Speaker, policy: str) -> None:
    """[17] As its policy says; under another one it would hold for whatever comes, or for nothing."""
    standing = await rule(owner, conditions_policy="ALWAYS")
    named = {"event_rule_id": standing["event_rule_id"]}

    assert await owner.refused("event-rule/update", **named, conditions_policy=policy) == required("conditions")
    assert await owner("event-rule/get", **named) == standing
    changed = await owner("event-rule/update", **named, conditions_policy=policy, conditions=[ABOUT_DB])
    assert (changed["conditions_policy"], changed["conditions"]) == (policy, [ABOUT_DB])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"conditions": [dict[str, str]()]}, invalid("conditions", "Condition should have key, value and operator.")),
        (
            {"conditions": [ABOUT_DB, {"key": "title", "operator": "eq"}]},
            invalid("conditions", "Condition should have key, value and operator."),
        ),
        (
            {"conditions": [{"key": "colour", "value": "x", "operator": "eq"}]},
            invalid("conditions.key", f"Unsupported key. ({_KEYS})"),
        ),
        (
            {"conditions": [{"key": "additional_info.", "value": "x", "operator": "eq"}]},
            invalid("conditions.key", f"Unsupported key. ({_KEYS})"),
        ),
        (
            {"conditions": [{"key": "title", "value": "x", "operator": "regex"}]},
            invalid("conditions.operator", "Unsupported operator. (eq | contain | not | not_contain)"),
        ),
        (
            {"conditions": [ABOUT_DB] * 101},
            invalid("conditions", "There can be at most 100 conditions."),
        ),
        (
            {"actions": {"add_additional_info": {"a": 1}, "change_urgency": "URGENT"}},
            invalid("actions.change_urgency", "Unsupported urgency. (HIGH | LOW)"),
        ),
        (
            {"actions": {"change_escalation_policy": "ep-000000000000"}},
            (
                400,
                "ERROR_INVALID_ESCALATION_POLICY",
                "Escalation policy is invalid. (escalation_policy_id = ep-000000000000)",
            ),
        ),
        (
            {"actions": {"change_project": "p" * 41}},
            invalid("actions.change_project", "String value is too long. (max_length = 40)"),
        ),
        (
            {"actions": {"change_project": "p"}},
            invalid("actions.change_project", "The rules would move an event in a circle."),
        ),
    ],
)
async def test_a_rule_that_means_nothing(owner: Speaker, given: dict[str, Any], told: Refused) -> None:
    """[17] All of its actions are looked at (20.23), when it is made and when it is changed."""
    standing = await rule(owner)

    assert await owner.refused("event-rule/create", **{**ALWAYS, "actions": {}, **given}) == told
    assert await owner.refused("event-rule/update", event_rule_id=standing["event_rule_id"], **given) == told
    assert await owner.rows("event-rule/list") == [standing]


async def test_rules_move_no_event_in_a_circle(owner: Speaker) -> None:
    """[17] Whichever rule would close it."""
    await rule(owner, {"change_project": "q"})
    await rule(owner, {"change_project": "r"}, project_id="q")
    harmless = await rule(owner, {"change_project": "s"}, project_id="r")

    told = await owner.refused(
        "event-rule/update", event_rule_id=harmless["event_rule_id"], actions={"change_project": "p"}
    )

    assert told == invalid("actions.change_project", "The rules would move an event in a circle.")


async def test_only_rules_that_run_together_make_a_circle(owner: Speaker, speak: MakeSpeaker, tenant: Tenant) -> None:
    """[2.3, 17] Those of another workspace do not; nobody is told of them by a refusal."""
    elsewhere = speak(await key(tenant, workspace="w-2"))
    await rule(owner, {"change_project": "q"})
    harmless = await rule(elsewhere, {"change_project": "r"}, project_id="s")

    back = await rule(elsewhere, {"change_project": "p"}, project_id="q")
    told = await elsewhere.refused(
        "event-rule/create", **{**ALWAYS, "project_id": "r", "actions": {"change_project": "s"}}
    )

    assert (harmless["workspace_id"], back["actions"]) == ("w-2", {"change_project": "p"})
    assert told == invalid("actions.change_project", "The rules would move an event in a circle.")


async def test_a_rule_is_changed(owner: Speaker) -> None:
    """[17] The example: actions are replaced as a whole; what is not named stays."""
    before = await rule(owner, {"change_urgency": "HIGH"}, name="n", conditions=[ABOUT_DB], stops=True, tags={"a": 1})
    asked = {"event_rule_id": before["event_rule_id"]}

    untouched = await owner("event-rule/update", **asked)
    silent = await owner("event-rule/update", **asked, actions={"no_notification": True})
    other = await owner(
        "event-rule/update", **asked, name="m", conditions_policy="ANY", conditions=[{**ABOUT_DB, "value": "x"}],
        options={}, tags={},
    )  # fmt: skip

    assert untouched == before
    assert silent == {**before, "actions": {"no_notification": True}}
    assert other == {
        **silent, "name": "m", "conditions_policy": "ANY", "conditions": [{**ABOUT_DB, "value": "x"}], "options": {},
        "tags": {},
    }  # fmt: skip


async def test_orders_have_no_gaps(owner: Speaker) -> None:
    """[17] In each project and in the workspace for itself, also when rules are moved or removed."""
    made = [await rule(owner, name=name) for name in "abcd"]
    other = await rule(owner, name="o", project_id="q")
    wide = await rule(owner, name="w", resource_group="WORKSPACE", project_id="")

    moved = await owner("event-rule/change-order", event_rule_id=made[3]["event_rule_id"], order=2)
    after_move = await _orders(owner, project_id="p")
    assert await owner("event-rule/delete", event_rule_id=made[0]["event_rule_id"]) == {}
    after_removal = await _orders(owner, project_id="p")

    assert (moved["name"], moved["order"], other["order"], wide["order"]) == ("d", 2, 1, 1)
    assert after_move == {"a": 1, "d": 2, "b": 3, "c": 4}
    assert after_removal == {"d": 1, "b": 2, "c": 3}
    assert list(after_move) == ["a", "d", "b", "c"]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (0, invalid("order", "The order must be greater than 0.")),
        (-1, invalid("order", "The order must be greater than 0.")),
        (3, invalid("order", "There is no event rules greater than the 3 order.")),
    ],
)
async def test_an_order_that_is_none(owner: Speaker, order: int, told: Refused) -> None:
    """[17] The example."""
    first, _ = [await rule(owner, name=name) for name in "ab"]

    assert await owner.refused("event-rule/change-order", event_rule_id=first["event_rule_id"], order=order) == told
    assert await _orders(owner) == {"a": 1, "b": 2}


async def test_rules_that_are_made_at_once_are_in_some_order(owner: Speaker) -> None:
    await gather(*(rule(owner, name=f"{n}") for n in range(12)))

    assert list((await _orders(owner)).values()) == list(range(1, 13))


@pytest.mark.parametrize("verb", _ON_ONE)
async def test_a_rule_that_is_not_there(owner: Speaker, tenant: Tenant, verb: str) -> None:
    """[17] Nor is one that lacks its id."""
    told = await owner.refused(f"event-rule/{verb}", event_rule_id="er-000000000000")

    assert told == missing(event_rule_id="er-000000000000", domain_id=domain(tenant))
    assert await owner.refused(f"event-rule/{verb}") == required("event_rule_id")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"project_id": "p"}, ["one", "two"]),
        ({"name": "two"}, ["two"]),
        ({"workspace_id": "w-2"}, []),
        ({"query": {"keyword": "ONE"}}, ["one"]),
        ({"query": {"filter": [{"k": "order", "v": 1, "o": "gt"}]}}, ["two"]),
        ({"query": {"filter": [{"k": "actions.change_urgency", "v": "LOW"}], "count_only": True}}, []),
    ],
)
async def test_a_list(owner: Speaker, asked: dict[str, Any], found: list[str]) -> None:
    """[17] In their order."""
    for name, place in (("one", "p"), ("two", "p"), ("tri", "q")):
        await rule(owner, {"change_urgency": "LOW"}, name=name, project_id=place)

    if asked.get("query", {}).get("count_only"):
        asked["query"]["filter"][0]["o"] = "eq"
        assert (await owner("event-rule/list", **asked))["total_count"] == 3
    assert [row["name"] for row in await owner.rows("event-rule/list", **asked)] == found


async def test_statistics(owner: Speaker) -> None:
    await rule(owner, resource_group="WORKSPACE", project_id="")
    await rule(owner)

    found = await owner("event-rule/stat", query={"distinct": "resource_group"})

    assert found == {"results": ["PROJECT", "WORKSPACE"]}
