"""The calls over webhooks. Source: Cloudforet contract 15, and 14 at its end."""

from typing import Any, Final

import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    ALERTMANAGER,
    DIRECT,
    DISK,
    SNS,
    Hook,
    Refused,
    Speaker,
    domain,
    hook,
    invalid,
    key,
    missing,
    not_active,
    refusal,
    required,
    workspace,
)
from whence.domain.access import Right

_TAKEN: Final = (
    409,
    "ERROR_SAVE_UNIQUE_VALUES",
    "Tried to save duplicate unique values. (keys = ['name', 'project_id', 'workspace_id', 'domain_id'])",
)
_PLUGIN: Final = {"plugin_id": ALERTMANAGER}
_ON_ONE: Final = ("update", "update-plugin", "verify-plugin", "enable", "disable", "delete", "get")


def _wrong_type(option: str, expected: str) -> Refused:
    told = f"Parameter type is invalid. (key = options.{option}, type = {expected})"
    return 400, "ERROR_INVALID_PARAMETER_TYPE", told


async def test_a_webhook_is_made(owner: Speaker, tenant: Tenant) -> None:
    """[15] The example."""
    made = await owner("webhook/create", name="alertmanager-prod", plugin_info=_PLUGIN, project_id="p")

    webhook_id, access_key = made["webhook_id"], made["access_key"]
    assert made.pop("created_at").endswith("Z")
    assert (len(access_key), access_key.strip("0123456789abcdef")) == (32, "")
    assert made == {
        "webhook_id": webhook_id,
        "name": "alertmanager-prod",
        "state": "ENABLED",
        "access_key": access_key,
        "webhook_url": f"http://localhost/monitoring/v1/webhook/{webhook_id}/{access_key}/events",
        "capability": {},
        "plugin_info": {"plugin_id": ALERTMANAGER, "options": {}, "metadata": {}, "upgrade_mode": "AUTO"},
        "tags": {},
        "requests": {},
        "domain_id": domain(tenant),
        "workspace_id": workspace(tenant),
        "project_id": "p",
    }


async def test_all_that_is_given_is_kept(owner: Speaker) -> None:
    """[15] Also what whence does not look into."""
    plugin = {
        "plugin_id": "plugin-of-ours", "version": "1.2", "options": {"duplicate_event_time": 60},
        "metadata": {"a": [1]}, "upgrade_mode": "MANUAL",
    }  # fmt: skip

    made = await owner("webhook/create", name="n", plugin_info=plugin, project_id="p", tags={"a.b": {"$c": 1}})

    assert (made["plugin_info"], made["tags"]) == (plugin, {"a.b": {"$c": 1}})
    assert await owner("webhook/get", webhook_id=made["webhook_id"]) == made


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, required("name")),
        ({"name": "w"}, required("plugin_info")),
        ({"name": "w", "plugin_info": {}}, required("project_id")),
        ({"name": "w", "plugin_info": {}, "project_id": "p"}, required("plugin_info.plugin_id")),
        ({"name": "", "plugin_info": _PLUGIN, "project_id": "p"}, required("name")),
        ({"name": "  ", "plugin_info": _PLUGIN, "project_id": "p"}, required("name")),
        ({"name": "w", "plugin_info": {"plugin_id": " "}, "project_id": "p"}, required("plugin_info.plugin_id")),
        ({"name": "w", "plugin_info": _PLUGIN, "project_id": "\n"}, required("project_id")),
        (
            {"name": "w" * 256, "plugin_info": _PLUGIN, "project_id": "p"},
            invalid("name", "String value is too long. (max_length = 255)"),
        ),
        (
            {"name": "w", "plugin_info": _PLUGIN, "project_id": "p" * 41},
            invalid("project_id", "String value is too long. (max_length = 40)"),
        ),
    ],
)
async def test_a_webhook_that_is_not_made(owner: Speaker, asked: dict[str, Any], told: Refused) -> None:
    """[15] What is needed is asked for in the order of the fields."""
    assert await owner.refused("webhook/create", **asked) == told
    assert await owner.rows("webhook/list") == []


async def test_a_name_is_unique_in_its_project(owner: Speaker, speak: MakeSpeaker, tenant: Tenant) -> None:
    """[15] Another project may have it, too, also one of another workspace."""
    elsewhere = speak(await key(tenant, workspace="w-2"))
    await hook(owner)
    await hook(owner, project_id="q")
    await hook(elsewhere, project_id="r")
    await hook(owner, name="n" * 255)

    told = await owner.refused("webhook/create", name="direct", plugin_info=_PLUGIN, project_id="p")

    assert told == _TAKEN


@pytest.mark.parametrize(
    ("plugin_id", "options", "told"),
    [
        (DIRECT, {"load_json": ["a.b"], "convert_data": {"title": "{{ a }}"}, "confirm_url": "u"}, None),
        ("plugin-grafana-mon-webhook", {"message_root": "a.b", "duplicate_event_time": 5}, None),
        (SNS, {"duplicate_event_time": -1}, None),
        ("anything", {"duplicate_event_time": 0.0}, None),
        (DIRECT, {"colour": 1}, (400, "ERROR_NOT_SUPPORTED_OPTION", "Not supported option. (key = colour)")),
        (
            ALERTMANAGER,
            {"message_root": "a"},
            (400, "ERROR_NOT_SUPPORTED_OPTION", "Not supported option. (key = message_root)"),
        ),
        (
            DIRECT,
            {"load_json": "a"},
            _wrong_type("load_json", "list"),
        ),
        (
            DIRECT,
            {"convert_data": []},
            (
                400,
                "ERROR_INVALID_PARAMETER_TYPE",
                "Parameter type is invalid. (key = options.convert_data, type = dict)",
            ),
        ),
        (
            SNS,
            {"duplicate_event_time": 1.5},
            _wrong_type("duplicate_event_time", "int"),
        ),
    ],
)
async def test_options_are_looked_at(
    owner: Speaker, plugin_id: str, options: dict[str, Any], told: Refused | None
) -> None:
    """[14] When a webhook is made, and when its plugin is changed."""
    one = await hook(owner, name="other", plugin_id=plugin_id)
    create = {"name": "w", "plugin_info": {"plugin_id": plugin_id, "options": options}, "project_id": "p"}
    update = {"webhook_id": one.id, "options": options}

    answers = [await owner.post("webhook/create", create), await owner.post("webhook/update-plugin", update)]

    assert [None if answer.status_code == 200 else refusal(answer) for answer in answers] == [told, told]


async def test_a_webhook_is_changed(owner: Speaker, direct: Hook) -> None:
    """[15] What is not named stays."""
    renamed = await owner("webhook/update", webhook_id=direct.id, name="am-prod", tags={"owner": "sre"})
    untouched = await owner("webhook/update", webhook_id=direct.id)
    untagged = await owner("webhook/update", webhook_id=direct.id, tags={})

    assert renamed == untouched == {**direct.shown, "name": "am-prod", "tags": {"owner": "sre"}}
    assert untagged == {**renamed, "tags": {}}


async def test_a_webhook_has_a_name(owner: Speaker, direct: Hook) -> None:
    """[13.3, 15] Also after a change."""
    assert await owner.refused("webhook/update", webhook_id=direct.id, name="  ") == required("name")
    assert await owner("webhook/get", webhook_id=direct.id) == direct.shown


async def test_a_plugin_is_changed(owner: Speaker, direct: Hook) -> None:
    """[15] And verified: its mapping is there, and the options are good."""
    options = {"duplicate_event_time": 1800}
    changed = await owner("webhook/update-plugin", webhook_id=direct.id, options=options)
    newer = await owner("webhook/update-plugin", webhook_id=direct.id, version="2", upgrade_mode="MANUAL")

    plugin = {"plugin_id": DIRECT, "options": options, "metadata": {}, "upgrade_mode": "AUTO"}
    assert changed["plugin_info"] == plugin
    assert newer["plugin_info"] == {**plugin, "version": "2", "upgrade_mode": "MANUAL"}
    assert await owner("webhook/verify-plugin", webhook_id=direct.id) == {}


async def test_a_plugin_reads_the_next_payload(owner: Speaker, direct: Hook) -> None:
    """[7.3, 20.9] A change of it holds at once."""
    await owner("webhook/update-plugin", webhook_id=direct.id, options={"convert_data": {"event_key": "{{ a.b }}"}})
    await direct.post({"a": {"b": "k"}})

    (event,) = await owner.rows("event/list")
    assert event["description"] == "Fail to parse the event. (key = title, reason = This field is required.)"


async def test_a_name_of_another_is_not_taken(owner: Speaker, direct: Hook) -> None:
    await hook(owner, name="other")

    assert await owner.refused("webhook/update", webhook_id=direct.id, name="other") == _TAKEN


async def test_a_webhook_is_disabled_and_enabled(owner: Speaker, direct: Hook) -> None:
    """[15] Also twice; its requests are texts."""
    await direct.post(DISK)
    await direct.post({})
    disabled = [await owner("webhook/disable", webhook_id=direct.id) for _ in range(2)]
    enabled = [await owner("webhook/enable", webhook_id=direct.id) for _ in range(2)]

    counted = {**direct.shown, "requests": {"total": "2", "error": "1"}}
    assert disabled == [{**counted, "state": "DISABLED"}] * 2
    assert enabled == [counted] * 2


async def test_a_removed_webhook_leaves_what_came_through_it(owner: Speaker, direct: Hook) -> None:
    """[15]."""
    await direct.post(DISK)

    assert await owner("webhook/delete", webhook_id=direct.id) == {}
    (event,), (alert,) = await owner.rows("event/list"), await owner.rows("alert/list")
    assert event["webhook_id"] == alert["webhook_id"] == direct.id
    assert await owner.rows("webhook/list") == []


@pytest.mark.parametrize("verb", _ON_ONE)
async def test_a_webhook_that_is_not_there(owner: Speaker, speak: MakeSpeaker, tenant: Tenant, verb: str) -> None:
    """[15] Nor is one that lacks its id."""
    held = speak(await key(tenant, workspace="w-2"))

    unknown = await held.refused(f"webhook/{verb}", webhook_id="webhook-000000000000")

    assert unknown == missing(webhook_id="webhook-000000000000", domain_id=domain(tenant), workspace_id="w-2")
    assert await owner.refused(f"webhook/{verb}") == required("webhook_id")


async def test_a_minimal_list(owner: Speaker, direct: Hook) -> None:
    """[15] The example."""
    await owner("webhook/disable", webhook_id=(await hook(owner, name="other")).id)

    assert await owner("webhook/list", query={"minimal": True}, state="ENABLED") == {
        "results": [
            {name: direct.shown[name] for name in
             ("webhook_id", "name", "state", "webhook_url", "project_id", "workspace_id")}
        ],
        "total_count": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["ply", "xor", "zip"]),
        ({"name": "xor"}, ["xor"]),
        ({"project_id": "q"}, ["zip"]),
        ({"workspace_id": "w-2"}, []),
        ({"state": "DISABLED"}, []),
        ({"query": {"keyword": "PLY"}}, ["ply"]),
        ({"query": {"page": {"start": 2, "limit": 1}}}, ["xor"]),
        ({"query": {"sort": [{"key": "created_at", "desc": True}]}}, ["zip", "ply", "xor"]),
        ({"query": {"filter": [{"k": "plugin_info.plugin_id", "v": "sns", "o": "contain"}]}}, ["ply", "xor"]),
    ],
)
async def test_a_list(owner: Speaker, asked: dict[str, Any], found: list[str]) -> None:
    """[15] By name; keywords are looked for in ids and names."""
    for name, place in (("xor", "p"), ("ply", "p"), ("zip", "q")):
        await hook(owner, name=name, plugin_id=DIRECT if name == "zip" else SNS, project_id=place)

    assert [row["name"] for row in await owner.rows("webhook/list", **asked)] == found


async def test_a_list_by_id_and_key(owner: Speaker, direct: Hook) -> None:
    await hook(owner, name="other")

    by_id = await owner.rows("webhook/list", webhook_id=direct.id)
    by_key = await owner.rows("webhook/list", access_key=direct.shown["access_key"])

    assert by_id == by_key == [direct.shown]


async def test_statistics(owner: Speaker, direct: Hook) -> None:
    """[15] The example."""
    assert direct.shown["state"] == "ENABLED"
    assert await owner("webhook/stat", query={"distinct": "state"}) == {"results": ["ENABLED"]}
    assert await owner.refused("webhook/stat") == required("query")


async def test_a_project_that_was_removed_gets_none(owner: Speaker, tenant: Tenant) -> None:
    """[15, 18] One that nobody ever named does: it has settings from then on."""
    await hook(owner)
    await owner("project-alert-config/delete", project_id="p")

    told = await owner.refused("webhook/create", name="w", plugin_info=_PLUGIN, project_id="p")

    assert told == not_active("p", workspace(tenant))


async def test_a_reader_sees_the_key(direct: Hook, speak: MakeSpeaker, tenant: Tenant) -> None:
    """[15] Unless the operator masks it, as test_options has it."""
    reader = speak(await key(tenant, Right.READ_EVENTS))

    assert await reader("webhook/get", webhook_id=direct.id) == direct.shown


async def test_whences_own_webhooks_are_shown(owner: Speaker) -> None:
    """[14] And the other way round."""
    made = (await owner.client.post("/v1/webhooks", json={"name": "w", "receiver": "alertmanager"})).json()
    here = await hook(owner, name="v", plugin_id=SNS)

    shown = await owner("webhook/get", webhook_id=made["id"])
    natives = (await owner.client.get("/v1/webhooks")).json()["webhooks"]

    assert shown["plugin_info"]["plugin_id"] == ALERTMANAGER
    assert {one["id"]: one["receiver"] for one in natives} == {made["id"]: "alertmanager", here.id: "aws_sns"}
