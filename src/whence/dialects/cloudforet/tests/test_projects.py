"""The calls over projects' settings and escalation policies. Source: Cloudforet contract 18."""

from typing import Any, Final

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    Hook,
    Refused,
    Speaker,
    domain,
    hook,
    invalid,
    key,
    missing,
    required,
    workspace,
)

_TAKEN: Final = (
    409,
    "ERROR_SAVE_UNIQUE_VALUES",
    "Tried to save duplicate unique values. (keys = ['project_id'])",
)
_DEFAULTS: Final = {"notification_urgency": "ALL", "recovery_mode": "MANUAL"}
_NO_POLICY: Final = (
    400,
    "ERROR_INVALID_ESCALATION_POLICY",
    "Escalation policy is invalid. (escalation_policy_id = ep-0)",
)


async def test_settings_are_made(owner: Speaker, tenant: Tenant) -> None:
    """[18] With the defaults, and the workspace's policy; the answer is as in the example."""
    made = await owner("project-alert-config/create", project_id="p")

    assert await owner("project-alert-config/get", project_id="p") == made
    assert made.pop("created_at").endswith("Z")
    policy = made.pop("escalation_policy_info")
    assert policy.pop("escalation_policy_id").startswith("ep-")
    assert policy == {"name": "Default", "is_default": True}
    assert made == {
        "project_id": "p", "options": _DEFAULTS, "domain_id": domain(tenant), "workspace_id": workspace(tenant),
    }  # fmt: skip


async def test_settings_are_changed(owner: Speaker) -> None:
    """[18] The example: an option that is not named stays; a project that had none has settings from then on."""
    auto = await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})
    high = await owner("project-alert-config/update", project_id="p", options={"notification_urgency": "HIGH_ONLY"})
    none = await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "RECOVERY_NONE"})
    back = await owner("project-alert-config/update", project_id="p", options=_DEFAULTS)

    assert auto["options"] == {"notification_urgency": "ALL", "recovery_mode": "AUTO"}
    assert high["options"] == none["options"] == {"notification_urgency": "HIGH_ONLY", "recovery_mode": "AUTO"}
    assert back == {**auto, "options": _DEFAULTS}


@pytest.mark.parametrize("first", ["create", "webhook", "alert"])
async def test_a_project_has_settings_once(owner: Speaker, first: str) -> None:
    """[18] The example; also those that it has because it was used."""
    match first:
        case "create":
            await owner("project-alert-config/create", project_id="p")
        case "webhook":
            await hook(owner)
        case _:
            await owner("alert/create", title="t", project_id="p")

    assert await owner.refused("project-alert-config/create", project_id="p") == _TAKEN
    (settings,) = await owner.rows("project-alert-config/list")
    assert (settings["project_id"], settings["options"]) == ("p", _DEFAULTS)


async def test_removed_settings_may_be_made_again(owner: Speaker, direct: Hook, tenant: Tenant) -> None:
    """[18] Meanwhile there are none; what is made is new."""
    await owner("project-alert-config/update", project_id="p", options={"recovery_mode": "AUTO"})
    assert direct.shown["project_id"] == "p"

    assert await owner("project-alert-config/delete", project_id="p") == {}

    told = missing(project_id="p", domain_id=domain(tenant))
    for verb in ("get", "update", "delete"):
        assert await owner.refused(f"project-alert-config/{verb}", project_id="p") == told
    assert await owner.rows("project-alert-config/list") == []
    assert (await owner("project-alert-config/create", project_id="p"))["options"] == _DEFAULTS


@pytest.mark.parametrize("verb", ["create", "update", "delete", "get"])
async def test_a_call_needs_a_project(owner: Speaker, verb: str) -> None:
    """[18]."""
    assert await owner.refused(f"project-alert-config/{verb}") == required("project_id")


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"project_id": "p" * 41}, invalid("project_id", "String value is too long. (max_length = 40)")),
        ({"project_id": "p", "escalation_policy_id": "ep-0"}, _NO_POLICY),
    ],
)
async def test_settings_that_are_not_made(owner: Speaker, verb: str, asked: dict[str, Any], told: Refused) -> None:
    """[18] No policy but the workspace's own."""
    assert await owner.refused(f"project-alert-config/{verb}", **asked) == told


async def test_a_project_that_is_not_there(owner: Speaker, tenant: Tenant) -> None:
    for verb in ("get", "delete"):
        told = await owner.refused(f"project-alert-config/{verb}", project_id="never")
        assert told == missing(project_id="never", domain_id=domain(tenant))


@pytest.mark.parametrize("verb", ["update", "delete", "get"])
async def test_another_workspaces_project_is_not_there(
    owner: Speaker, speak: MakeSpeaker, tenant: Tenant, verb: str
) -> None:
    """[2.3] Nobody reaches beyond their workspace; nor do they set up again what was removed there."""
    before = await owner("project-alert-config/create", project_id="p", options={"recovery_mode": "AUTO"})
    elsewhere = speak(await key(tenant, workspace="w-2"))

    told = await elsewhere.refused(f"project-alert-config/{verb}", project_id="p")

    assert told == missing(project_id="p", domain_id=domain(tenant), workspace_id="w-2")
    assert await owner("project-alert-config/get", project_id="p") == before
    await owner("project-alert-config/delete", project_id="p")
    assert await elsewhere.refused("project-alert-config/create", project_id="p") == _TAKEN


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["p", "q"]),
        ({"project_id": "q"}, ["q"]),
        ({"escalation_policy_id": "ep-0"}, []),
        ({"query": {"filter": [{"k": "options.recovery_mode", "v": "AUTO", "o": "eq"}]}}, ["q"]),
        ({"query": {"keyword": "Q"}}, ["q"]),
        ({"query": {"page": {"limit": 1}}}, ["p"]),
    ],
)
async def test_a_list(owner: Speaker, asked: dict[str, Any], found: list[str]) -> None:
    """[18]."""
    for name, mode in (("q", "AUTO"), ("p", "MANUAL")):
        await owner("project-alert-config/create", project_id=name, options={"recovery_mode": mode})

    rows = await owner.rows("project-alert-config/list", **asked)

    assert [row["project_id"] for row in rows] == found
    assert all("escalation_policy_id" not in row for row in rows)


async def test_a_list_by_policy(owner: Speaker) -> None:
    made = await owner("project-alert-config/create", project_id="p")
    policy_id = made["escalation_policy_info"]["escalation_policy_id"]

    by_policy = await owner.rows("project-alert-config/list", escalation_policy_id=policy_id)
    some = await owner.rows("project-alert-config/list", query={"only": ["options.recovery_mode"]})

    assert by_policy == [made]
    assert some == [{"options": {"recovery_mode": "MANUAL"}}]


async def test_statistics(owner: Speaker) -> None:
    await owner("project-alert-config/create", project_id="p")

    assert await owner("project-alert-config/stat", query={"distinct": "project_id"}) == {"results": ["p"]}


async def test_every_workspace_has_a_policy(owner: Speaker, speak: MakeSpeaker, tenant: Tenant) -> None:
    """[18] Without anybody's doing."""
    elsewhere = speak(await key(tenant, workspace="w-2"))

    (policy,) = await owner.rows("escalation-policy/list")
    (other,) = await elsewhere.rows("escalation-policy/list", is_default=True, finish_condition="ACKNOWLEDGED")

    assert await owner("escalation-policy/get", escalation_policy_id=policy["escalation_policy_id"]) == policy
    word, _, digits = policy.pop("escalation_policy_id").partition("-")
    assert (word, len(digits), digits.strip("0123456789abcdef")) == ("ep", 12, "")
    assert policy.pop("created_at").endswith("Z")
    assert policy == {
        "name": "Default",
        "is_default": True,
        "rules": [{"notification_level": "ALL"}],
        "finish_condition": "ACKNOWLEDGED",
        "resource_group": "WORKSPACE",
        "tags": {},
        "domain_id": domain(tenant),
        "workspace_id": workspace(tenant),
    }
    assert other["workspace_id"] == "w-2"
    assert await elsewhere.refused("escalation-policy/get", escalation_policy_id="ep-0") == missing(
        escalation_policy_id="ep-0", domain_id=domain(tenant), workspace_id="w-2"
    )
    assert await owner.refused("escalation-policy/get") == required("escalation_policy_id")
