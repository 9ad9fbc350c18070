"""Whose a project is, and what goes to one that takes nothing. Source: Cloudforet contract 2.3, 7.4 and 18."""

from typing import Any, Final

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    CLEARED,
    DIRECT,
    DISK,
    Hook,
    Speaker,
    hook,
    key,
    not_active,
    rule,
    workspace,
)

_DENIED: Final = (403, "ERROR_PERMISSION_DENIED", "Permission denied.")
_TAKEN: Final = (409, "ERROR_SAVE_UNIQUE_VALUES", "Tried to save duplicate unique values. (keys = ['project_id'])")
_HOOK: Final = {"name": "w", "plugin_info": {"plugin_id": DIRECT}, "project_id": "p"}
_MOVES: Final = {
    "conditions_policy": "ALWAYS", "resource_group": "WORKSPACE", "actions": {"change_project": "p"},
}  # fmt: skip


@pytest.fixture
async def elsewhere(tenant: Tenant, speak: MakeSpeaker) -> Speaker:
    """A client that is held to the workspace `w-2`."""
    return speak(await key(tenant, workspace="w-2"))


@pytest.mark.parametrize("first", ["config", "webhook", "alert", "moved alert", "rule"])
async def test_a_project_is_of_the_workspace_that_named_it_first(
    owner: Speaker, elsewhere: Speaker, first: str
) -> None:
    """[2.3, 18] Whatever it was named for; nobody else gets anything there."""
    match first:
        case "config":
            await owner("project-alert-config/create", project_id="p")
        case "webhook":
            await hook(owner)
        case "alert":
            await owner("alert/create", title="t", project_id="p")
        case "moved alert":
            made = await owner("alert/create", title="t", project_id="o")
            await owner("alert/update", alert_id=made["alert_id"], project_id="p")
        case _:
            await owner("event-rule/create", **_MOVES)
    alert = await elsewhere("alert/create", title="t", project_id="q")
    standing = await rule(elsewhere, project_id="q")

    for call, asked in (
        ("webhook/create", _HOOK),
        ("alert/create", {"title": "t", "project_id": "p"}),
        ("alert/update", {"alert_id": alert["alert_id"], "project_id": "p"}),
        ("event-rule/create", _MOVES),
        ("event-rule/update", {"event_rule_id": standing["event_rule_id"], "actions": _MOVES["actions"]}),
    ):
        assert await elsewhere.refused(call, **asked) == _DENIED, call
    assert await elsewhere.refused("project-alert-config/create", project_id="p") == _TAKEN
    assert await elsewhere("alert/get", alert_id=alert["alert_id"]) == alert


async def test_a_webhook_is_of_its_projects_workspace(owner: Speaker, elsewhere: Speaker) -> None:
    """[2.3] Who is held to no workspace makes nothing in another one's project either: it would be of the own one."""
    await hook(elsewhere)

    assert await owner.refused("webhook/create", **_HOOK) == _DENIED
    assert [row["workspace_id"] for row in await owner.rows("webhook/list")] == ["w-2"]


async def test_a_project_stays_in_its_workspace(owner: Speaker, elsewhere: Speaker) -> None:
    """[18] Also when somebody who reaches beyond it sets up again what was removed there."""
    made = await hook(elsewhere)
    await owner("project-alert-config/delete", project_id="p")

    again = await owner("project-alert-config/create", project_id="p")

    assert again["workspace_id"] == "w-2"
    assert await elsewhere("project-alert-config/get", project_id="p") == again
    await made.post(DISK)


async def test_every_workspace_that_was_used_has_its_policy_in_the_list(
    owner: Speaker, elsewhere: Speaker, tenant: Tenant, speak: MakeSpeaker
) -> None:
    """[18] Whatever it was used for, and also when its only project was removed."""
    third = speak(await key(tenant, workspace="w-3"))
    await hook(elsewhere, project_id="q")
    await elsewhere("project-alert-config/delete", project_id="q")
    await third("alert/create", title="t", project_id="r")

    policies = await owner.rows("escalation-policy/list")

    assert {one["workspace_id"] for one in policies} == {workspace(tenant), "w-2", "w-3"}
    assert len(policies) == 3


async def _removed(owner: Speaker, project_id: str) -> None:
    await owner("project-alert-config/update", project_id=project_id)
    await owner("project-alert-config/delete", project_id=project_id)


async def test_no_alert_is_moved_to_a_project_that_takes_nothing(owner: Speaker, tenant: Tenant) -> None:
    """[18] One that is there already may be worked on all the same."""
    alert = await owner("alert/create", title="t", project_id="p")
    await _removed(owner, "d")

    told = await owner.refused("alert/update", alert_id=alert["alert_id"], project_id="d", title="u")

    assert told == not_active("d", workspace(tenant))
    assert await owner("alert/get", alert_id=alert["alert_id"]) == alert
    await owner("project-alert-config/delete", project_id="p")
    assert (await owner("alert/update", alert_id=alert["alert_id"], project_id="p", title="u"))["title"] == "u"


async def test_no_rule_moves_to_a_project_that_takes_nothing(owner: Speaker, tenant: Tenant) -> None:
    """[17, 18] When it is made, and when its actions are changed."""
    standing = await rule(owner)
    await _removed(owner, "d")
    actions: dict[str, Any] = {"change_project": "d"}

    made = await owner.refused("event-rule/create", **{**_MOVES, "actions": actions})
    changed = await owner.refused("event-rule/update", event_rule_id=standing["event_rule_id"], actions=actions)

    assert made == changed == not_active("d", workspace(tenant))
    assert await owner.rows("event-rule/list") == [standing]


async def test_a_rule_whose_target_takes_nothing_moves_nothing(owner: Speaker, direct: Hook) -> None:
    """[17, 18] What else it does, it does; it moves again when the project is set again."""
    moving = await rule(owner, {"change_project": "d", "change_assignee": "x", "add_additional_info": {"a": "b"}})
    await rule(owner, {"add_additional_info": {"there": "yes"}}, project_id="d")
    await owner("project-alert-config/delete", project_id="d")

    await direct.post(DISK)
    (event,), (alert,) = await owner.rows("event/list"), await owner.rows("alert/list")
    assert event["project_id"] == alert["project_id"] == "p"
    assert (alert["assignee"], alert["additional_info"]) == ("x", {"a": "b"})
    assert await owner("event-rule/get", event_rule_id=moving["event_rule_id"]) == moving

    await owner("project-alert-config/create", project_id="d")
    await direct.post({**DISK, "event_key": "other"})
    assert len(await owner.rows("event/list", project_id="d")) == 1


async def test_another_workspace_changes_no_recovery(owner: Speaker, direct: Hook, elsewhere: Speaker) -> None:
    """[2.3, 7.4] Its settings, removals and rules are of its own projects only."""
    for verb in ("update", "delete"):
        answer = await elsewhere.post(f"project-alert-config/{verb}", {"project_id": "p"})
        assert answer.status_code == 404
    await elsewhere.refused("project-alert-config/create", project_id="p", options={"recovery_mode": "AUTO"})

    await direct.post(DISK)
    await direct.post(CLEARED)

    assert [row["state"] for row in await owner.rows("alert/list")] == ["TRIGGERED"]
