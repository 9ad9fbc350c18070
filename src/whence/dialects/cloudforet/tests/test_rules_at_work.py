"""What rules do to events and to the alerts of these. Source: Cloudforet contract 17."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import ABOUT_DB, DISK, Hook, Speaker, hook, key, rule


async def _alert(owner: Speaker, direct: Hook, **said: Any) -> dict[str, Any]:  # noqa: ANN401  JSON is anything
    """The only alert, which this event opened."""
    await direct.post({**DISK, **said})
    (alert,) = await owner.rows("alert/list")
    return alert


@pytest.mark.parametrize(
    ("conditions", "applies"),
    [
        ([("title", "Disk 91% on db1", "eq")], True),
        ([("title", "disk 91% on db1", "eq")], False),
        ([("title", "DISK", "contain")], True),
        ([("description", "x", "not")], True),
        ([("title", "disk", "not_contain")], False),
        ([("severity", "WARNING", "eq")], True),
        ([("rule", "disk-full", "eq")], True),
        ([("resource", "rack-7", "eq")], True),
        ([("resource", "server-1", "eq")], True),
        ([("resource", "db1", "contain")], True),
        ([("resources", "rack-7", "eq")], True),
        ([("resources", "server-1", "eq")], False),
        ([("account", "123", "eq")], True),
        ([("provider", "aws", "eq")], True),
        ([("event_key", "disk-db1", "eq")], True),
        ([("event_type", "ALERT", "eq")], True),
        ([("project_id", "p", "eq")], True),
        ([("additional_info.team", "dba", "eq")], True),
        ([("additional_info.n", "1", "contain")], True),
        ([("additional_info.a.b", "c", "eq")], True),
        ([("additional_info.nothing", "x", "eq")], False),
        ([("additional_info.nothing", "x", "not")], False),
        ([("additional_info.nothing", "x", "not_contain")], False),
    ],
)
async def test_conditions(
    owner: Speaker,
    direct: Hook,
    conditions: Sequence[tuple[str, str, str]],
    applies: bool,  # noqa: FBT001  what is expected
) -> None:
    """[17, 20.23] Exactly, or part of a text whatever the case; what is not there passes nothing."""
    given = [{"key": name, "value": value, "operator": operator} for name, value, operator in conditions]
    await rule(owner, {"change_assignee": "x"}, conditions=given, conditions_policy="ALL")

    alert = await _alert(
        owner, direct, rule="disk-full", provider="aws", account="123", description="d",
        resource={"resource_id": "server-1", "name": "db1"}, resources=["rack-7"],
        additional_info={"team": "dba", "n": 1, "a.b": "c"},
    )  # fmt: skip

    assert (alert.get("assignee") == "x") == applies


@pytest.mark.parametrize("field", ["description", "rule", "account", "provider", "resource", "additional_info.team"])
@pytest.mark.parametrize("operator", ["not", "not_contain", "eq", "contain"])
async def test_what_an_event_does_not_say_passes_nothing(
    owner: Speaker, direct: Hook, field: str, operator: str
) -> None:
    """[17] Whatever the operator."""
    condition = {"key": field, "value": "zz", "operator": operator}
    await rule(owner, {"change_assignee": "x"}, conditions=[condition], conditions_policy="ALL")

    assert "assignee" not in await _alert(owner, direct)


async def test_a_condition_on_the_webhook(owner: Speaker, direct: Hook) -> None:
    other = await hook(owner, name="other")
    condition = {"key": "webhook_id", "value": direct.id, "operator": "eq"}
    await rule(owner, {"change_assignee": "x"}, conditions=[condition], conditions_policy="ANY")

    await direct.post({**DISK, "event_key": "a"})
    await other.post({**DISK, "event_key": "b"})

    assert {row["webhook_id"]: row.get("assignee") for row in await owner.rows("alert/list")} == {
        direct.id: "x", other.id: None,
    }  # fmt: skip


@pytest.mark.parametrize(("policy", "applies"), [("ALL", False), ("ANY", True), ("ALWAYS", True)])
async def test_policies(owner: Speaker, direct: Hook, policy: str, applies: bool) -> None:  # noqa: FBT001  what is expected
    """[17] Of two conditions one holds."""
    await rule(
        owner,
        {"change_assignee": "x"},
        conditions=[ABOUT_DB, {**ABOUT_DB, "value": "nothing"}],
        conditions_policy=policy,
    )

    assert ((await _alert(owner, direct)).get("assignee") == "x") == applies


async def test_what_rules_do_to_an_event_and_its_alert(owner: Speaker, direct: Hook) -> None:
    """[17] One after the other; the info is added to both."""
    policy = (await owner("project-alert-config/get", project_id="p"))["escalation_policy_info"]
    await rule(owner, {"change_urgency": "HIGH", "change_assignee": "a", "add_additional_info": {"x": "1", "y": 2}})
    await rule(
        owner,
        {
            "change_assignee": "b", "no_notification": True, "add_additional_info": {"x": "3"},
            "change_escalation_policy": policy["escalation_policy_id"],
            "match_service_account": {"source": "account", "target": "name"},
        },
    )  # fmt: skip

    alert = await _alert(owner, direct, additional_info={"team": "dba"})

    (event,) = await owner.rows("event/list")
    assert (alert["urgency"], alert["assignee"], alert.get("escalation_ttl", 0)) == ("HIGH", "b", 0)
    assert alert["escalation_policy_id"] == policy["escalation_policy_id"]
    assert event["additional_info"] == alert["additional_info"] == {"team": "dba", "x": "3", "y": "2"}


async def test_what_rules_add_is_text(owner: Speaker, direct: Hook) -> None:
    """[4.5, 14] As of the facts that a source gives itself; the rule is shown as it was sent."""
    facts = {"n": 5, "half": 2.5, "o": {"a": [1]}, "none": None, "yes": True, "text": "it's"}
    made = await rule(owner, {"add_additional_info": facts})

    alert = await _alert(owner, direct, additional_info={f"own_{name}": value for name, value in facts.items()})

    texts = {"n": "5", "half": "2.5", "o": "{'a': [1]}", "none": "None", "yes": "True", "text": "it's"}
    (event,) = await owner.rows("event/list")
    assert event["additional_info"] == alert["additional_info"]
    assert alert["additional_info"] == {**texts, **{f"own_{name}": text for name, text in texts.items()}}
    assert made["actions"]["add_additional_info"] == facts


async def test_a_rule_that_stops(owner: Speaker, direct: Hook) -> None:
    """[17] Only when it acts; then no later one does."""
    await rule(
        owner, {"change_assignee": "a"}, stops=True, conditions=[{**ABOUT_DB, "value": "no"}], conditions_policy="ALL"
    )
    await rule(owner, {"change_assignee": "b"}, stops=True)
    await rule(owner, {"change_assignee": "c"})

    assert (await _alert(owner, direct))["assignee"] == "b"


async def test_the_order_counts(owner: Speaker, direct: Hook) -> None:
    """[17] And a change of it holds for the next event."""
    await rule(owner, {"change_assignee": "a"})
    last = await rule(owner, {"change_assignee": "b"})
    await owner("event-rule/change-order", event_rule_id=last["event_rule_id"], order=1)

    assert (await _alert(owner, direct))["assignee"] == "a"


async def test_rules_of_the_workspace_come_first(owner: Speaker, direct: Hook) -> None:
    """[17, 20.23] The vendor never runs them."""
    await rule(owner, {"change_assignee": "p"})
    wide = await rule(
        owner, {"change_assignee": "w", "change_urgency": "HIGH"}, resource_group="WORKSPACE", project_id=""
    )
    first = await _alert(owner, direct)
    await owner("event-rule/update", event_rule_id=wide["event_rule_id"], options={"stop_processing": True})
    await direct.post({**DISK, "event_key": "other"})

    other = (await owner.rows("alert/list", alert_number=2))[0]
    assert [(one["assignee"], one["urgency"]) for one in (first, other)] == [("p", "HIGH"), ("w", "HIGH")]


async def test_a_rule_of_another_workspace_does_nothing(
    owner: Speaker, direct: Hook, speak: MakeSpeaker, tenant: Tenant
) -> None:
    elsewhere = speak(await key(tenant, workspace="w-2"))
    for group, place in (("WORKSPACE", ""), ("PROJECT", "p")):
        await rule(elsewhere, {"change_assignee": "x"}, resource_group=group, project_id=place)

    assert "assignee" not in await _alert(owner, direct)


async def test_a_rule_moves_an_event_to_another_project(owner: Speaker, direct: Hook) -> None:
    """[17] It forgets who cares, runs the rules there, and goes on with the remaining ones."""
    await rule(owner, {"change_assignee": "a", "change_urgency": "HIGH"})
    await rule(owner, {"change_project": "q"})
    await rule(owner, {"add_additional_info": {"last": "yes"}})
    await rule(owner, {"add_additional_info": {"there": "yes"}}, project_id="q")

    alert = await _alert(owner, direct)

    (event,) = await owner.rows("event/list")
    assert event["project_id"] == alert["project_id"] == "q"
    assert "assignee" not in alert
    assert (alert["urgency"], alert["additional_info"]) == ("HIGH", {"there": "yes", "last": "yes"})


async def test_a_moved_event_is_of_the_alert_there(owner: Speaker, direct: Hook) -> None:
    """[7.4] And recovers as the project there says."""
    there = await hook(owner, project_id="q")
    await owner("project-alert-config/update", project_id="q", options={"recovery_mode": "AUTO"})
    await there.post(DISK)
    await rule(owner, {"change_project": "q"})
    await direct.post(DISK)
    await direct.post({**DISK, "event_type": "RECOVERY"})

    (alert,) = await owner.rows("alert/list")
    assert (alert["state"], (await owner("event/list", project_id="q"))["total_count"]) == ("RESOLVED", 3)


async def test_a_rule_changes_no_alert_that_stands(owner: Speaker, direct: Hook) -> None:
    """[7.4, 17] Of a further event only the event itself."""
    before = await _alert(owner, direct)
    await rule(owner, {"change_assignee": "x", "change_urgency": "HIGH", "add_additional_info": {"a": "b"}})
    after = await _alert(owner, direct)

    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    assert [event["additional_info"] for event in await owner.rows("event/list")] == [{"a": "b"}, {}]
