"""Who may do what, and how far they see. Source: Cloudforet contract 2."""

from typing import Any, Final

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.cloudforet.schema import SERVICES
from whence.dialects.cloudforet.tests.conftest import MakeSpeaker
from whence.dialects.cloudforet.tests.spoken import (
    DISK,
    Hook,
    Refused,
    Speaker,
    domain,
    held_key,
    hook,
    invalid,
    key,
    missing,
    refusal,
    rule,
    workspace,
)
from whence.domain.access import Right

_DENIED: Final = (403, "ERROR_PERMISSION_DENIED", "Permission denied.")
_READS: Final = [
    f"{service}/{verb}"
    for service in ("event", "alert", "webhook", "event-rule", "project-alert-config")
    for verb in ("get", "list", "stat")
]
_ALERT_WRITES: Final = [f"alert/{verb}" for verb in ("create", "update", "assign-user", "delete")]
_WRITES: Final = [
    *(f"webhook/{verb}" for verb in (
        "create", "update", "update-plugin", "verify-plugin", "enable", "disable", "delete",
    )),
    *(f"event-rule/{verb}" for verb in ("create", "update", "change-order", "delete")),
    *(f"project-alert-config/{verb}" for verb in ("create", "update", "delete")),
]  # fmt: skip


async def _denied(one: Speaker, calls: list[str]) -> set[str]:
    """Those of the calls, each without a parameter, that the token may not make."""
    return {call for call in calls if (await one.post(call, {})).status_code == _DENIED[0]}


@pytest.mark.parametrize(
    ("rights", "denied"),
    [
        ([Right.READ_EVENTS], {*_ALERT_WRITES, *_WRITES}),
        ([Right.WRITE_PROBLEMS], {*_READS, *_WRITES}),
        ([Right.READ_EVENTS, Right.WRITE_PROBLEMS], {*_WRITES}),
        ([Right.WRITE_EVENTS, Right.READ_ENTITIES], {*_READS, *_ALERT_WRITES, *_WRITES}),
        ([Right.ADMIN], set[str]()),
    ],
)
async def test_a_right_is_for_some_calls(
    tenant: Tenant, speak: MakeSpeaker, rights: list[Right], denied: set[str]
) -> None:
    """[2.1] And it is asked for before any parameter is (2.2)."""
    one = speak(await key(tenant, *rights))

    assert await _denied(one, [*_READS, *_ALERT_WRITES, *_WRITES]) == denied


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ("monitoring:Event.read", {"event/get", "event/list", "event/stat"}),
        ("monitoring:Alert", {call for call in [*_READS, *_ALERT_WRITES] if call.startswith("alert/")}),
        ("monitoring:Webhook.write, monitoring:Event.", {
            call for call in [*_READS, *_WRITES]
            if call.startswith(("event/", "webhook/")) and call not in {f"webhook/{v}" for v in ("get", "list", "stat")}
        }),
        ("monitoring", {*_READS, *_ALERT_WRITES, *_WRITES}),
        ("", set[str]()),
        ("inventory", set[str]()),
    ],
)  # fmt: skip
async def test_a_token_may_have_permissions(
    tenant: Tenant, speak: MakeSpeaker, permissions: str, allowed: set[str]
) -> None:
    """[2.3] The call's must begin with one of them; they give nothing that the rights do not."""
    one = speak(await key(tenant, permissions=permissions))
    reader = speak(await key(tenant, Right.READ_EVENTS, permissions=permissions))
    calls = [*_READS, *_ALERT_WRITES, *_WRITES]

    assert set(calls) - await _denied(one, calls) == allowed
    assert set(calls) - await _denied(reader, calls) == allowed & set(_READS)


@pytest.mark.parametrize("path", [*_READS, *_ALERT_WRITES, *_WRITES, "escalation-policy/list"])
async def test_every_call_needs_a_token(anonymous: httpx.AsyncClient, client: Any, path: str) -> None:  # noqa: ANN401  a fixture's
    """[2.2, 13.3] Before anything else of it is looked at, but for its being a call."""
    none = await anonymous.post(f"/monitoring/v1/{path}", json={})
    bad = await client("nobody's").post(f"/monitoring/v1/{path}", json={})

    told = "ERROR_AUTHENTICATE_FAILURE", "Authenticate failure. (message = {})"
    assert refusal(none) == (401, told[0], told[1].format("empty token provided."))
    assert refusal(bad) == (401, told[0], told[1].format("Token is invalid or expired."))


def test_every_call_is_in_one_of_these_lists() -> None:
    """A new one cannot be forgotten here."""
    known = {call.replace("-", "").replace("/", ".") for call in [*_READS, *_ALERT_WRITES, *_WRITES]}
    every = {
        f"{service}.{method.name}".lower().replace("_", "")
        for service, descriptor in SERVICES.items()
        for method in descriptor.methods
    }

    beyond = {call for call in every - known if not call.startswith("escalationpolicy.")}
    assert beyond == {"event.create", "alert.updatestate"}


async def _everything(owner: Speaker, elsewhere: Speaker) -> None:
    """In two workspaces the same things, in the projects `p` and `q` of the first, and in `r` of the second."""
    for one, project in ((owner, "p"), (owner, "q"), (elsewhere, "r")):
        made = await hook(one, name=project, project_id=project)
        await made.post({**DISK, "title": project})
        await one("event-rule/create", name=project, conditions_policy="ALWAYS", actions={}, resource_group="PROJECT",
                  project_id=project)  # fmt: skip


async def _projects_in_lists(one: Speaker, **asked: str) -> list[str]:
    """Of what each list shows the projects; they are the same."""
    names = ("event", "alert", "webhook", "event-rule", "project-alert-config")
    found = [
        sorted(row["project_id"] for row in await one.rows(f"{name}/list", **asked))
        for name in names[: 4 if "workspace_id" in asked else 5]
    ]
    assert all(projects == found[0] for projects in found), found
    return found[0]


@pytest.mark.parametrize(
    ("options", "asked", "found"),
    [
        ({}, {}, ["p", "q", "r"]),
        ({}, {"workspace_id": "w-2"}, ["r"]),
        ({"workspace": "w-2"}, {}, ["r"]),
        ({"workspace": "w-2"}, {"workspace_id": "w-3"}, ["r"]),
        ({"workspace": "w-3"}, {"workspace_id": "w-2"}, []),
        ({"projects": "p"}, {}, ["p"]),
        ({"projects": "p,q, r"}, {}, ["p", "q"]),
        ({"projects": "p", "workspace": "w-2"}, {}, []),
        ({"projects": "r", "workspace": "w-2"}, {"workspace_id": "w-3"}, ["r"]),
        ({"projects": ""}, {}, []),
    ],
)
async def test_a_token_sees_what_it_is_held_to(
    owner: Speaker,
    tenant: Tenant,
    speak: MakeSpeaker,
    options: dict[str, str],
    asked: dict[str, str],
    found: list[str],
) -> None:
    """[2.3] What is forced stands in place of what is said; the same for statistics (20.1)."""
    await _everything(owner, speak(await key(tenant, workspace="w-2")))
    one = speak(await held_key(tenant, options))

    assert await _projects_in_lists(one, **asked) == found
    if not asked:
        for name in ("event", "alert", "webhook", "event-rule", "project-alert-config"):
            distinct = await one(f"{name}/stat", query={"distinct": "project_id"})
            assert distinct == {"results": found}


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        ("event/list", {}),
        ("alert/list", {}),
        ("webhook/list", {}),
        ("event-rule/list", {}),
        ("project-alert-config/list", {}),
        ("escalation-policy/list", {}),
        ("alert/create", {"title": "t"}),
        ("webhook/create", {"name": "w", "plugin_info": {"plugin_id": "x"}}),
        ("event-rule/create", {"conditions_policy": "ALWAYS", "actions": {}, "resource_group": "PROJECT"}),
        *((f"project-alert-config/{verb}", {}) for verb in ("create", "update", "delete", "get")),
    ],
)
async def test_a_project_of_others_is_not_named(
    owner: Speaker, tenant: Tenant, speak: MakeSpeaker, call: str, asked: dict[str, Any]
) -> None:
    """[2.3] By a member, in any call."""
    await hook(owner, project_id="q")
    one = speak(await key(tenant, projects="p"))

    assert await one.refused(call, **asked, project_id="q") == _DENIED


@pytest.mark.parametrize(
    ("options", "held"),
    [
        ({}, {}),
        ({"workspace": "w-2"}, {"workspace_id": "w-2"}),
        ({"projects": "p,q"}, {"workspace_id": "", "project_id": ["p", "q"]}),
        ({"projects": "p", "workspace": "w-2"}, {"workspace_id": "w-2", "project_id": ["p"]}),
    ],
)
async def test_what_is_beyond_reach_is_not_there(
    tenant: Tenant, speak: MakeSpeaker, options: dict[str, str], held: dict[str, object]
) -> None:
    """[2.3, 13.3] Told as for an id that nothing has, with what the caller is held to."""
    other = speak(await key(tenant, workspace="w-3"))
    made = await hook(other, project_id="r")
    await made.post(DISK)
    (event,), (alert,) = await other.rows("event/list"), await other.rows("alert/list")
    rule = await other(
        "event-rule/create", conditions_policy="ALWAYS", actions={}, resource_group="WORKSPACE", name="wide"
    )
    one = speak(await held_key(tenant, options))
    scope = {"domain_id": domain(tenant), **held}
    if scope.get("workspace_id") == "":
        scope["workspace_id"] = workspace(tenant)

    for call, name, value in (
        ("event/get", "event_id", event["event_id"]),
        ("alert/get", "alert_id", alert["alert_id"]),
        ("alert/update", "alert_id", alert["alert_id"]),
        ("alert/delete", "alert_id", alert["alert_id"]),
        ("webhook/get", "webhook_id", made.id),
        ("webhook/enable", "webhook_id", made.id),
        ("event-rule/get", "event_rule_id", rule["event_rule_id"]),
        ("event-rule/update", "event_rule_id", rule["event_rule_id"]),
    ):
        answer = await one.post(call, {name: value})
        if options:
            assert refusal(answer) == missing(**{name: value}, **scope)
        else:
            assert answer.status_code == httpx.codes.OK


async def test_what_is_new_is_in_the_callers_workspace(owner: Speaker, tenant: Tenant, speak: MakeSpeaker) -> None:
    """[2.3] The default one, where none is forced."""
    elsewhere = speak(await key(tenant, workspace="w-2"))
    member = speak(await key(tenant, projects="p"))
    made = [
        [
            await hook(one, name=f"{n}", project_id=project),
            await one("alert/create", title="t", project_id=project),
            await rule(one, project_id=project),
        ]
        for n, (one, project) in enumerate(((owner, "p"), (elsewhere, "q"), (member, "p")))
    ]

    shown = [[(one.shown if isinstance(one, Hook) else one)["workspace_id"] for one in of] for of in made]
    assert shown == [[workspace(tenant)] * 3, ["w-2"] * 3, [workspace(tenant)] * 3]


@pytest.mark.parametrize(
    ("call", "asked", "told"),
    [
        ("alert/update", {"project_id": "q"}, _DENIED),
        ("event-rule/update", {"actions": {"change_project": "q"}}, _DENIED),
        (
            "event-rule/create",
            {"conditions_policy": "ALWAYS", "actions": {}, "resource_group": "WORKSPACE"},
            invalid("resource_group", "A rule of the whole workspace is not within the token's projects."),
        ),
    ],
)
async def test_a_member_moves_nothing_beyond_reach(
    tenant: Tenant, speak: MakeSpeaker, call: str, asked: dict[str, Any], told: Refused
) -> None:
    """[2.3] What a member could not see, they do not send anything to."""
    one = speak(await key(tenant, projects="p"))
    alert = await one("alert/create", title="t", project_id="p")
    rule = await one(
        "event-rule/create", conditions_policy="ALWAYS", actions={}, resource_group="PROJECT", project_id="p"
    )
    named = {
        "alert/update": {"alert_id": alert["alert_id"]},
        "event-rule/update": {"event_rule_id": rule["event_rule_id"]},
    }

    assert await one.refused(call, **named.get(call, {}), **asked) == told


async def test_a_member_sees_the_policy_of_the_workspace(tenant: Tenant, speak: MakeSpeaker) -> None:
    """[18] Which the alerts of their projects have."""
    member, owner = speak(await key(tenant, projects="p")), speak(await key(tenant))

    (policy,) = await member.rows("escalation-policy/list")

    assert [policy] == await owner.rows("escalation-policy/list")
    assert await member("escalation-policy/get", escalation_policy_id=policy["escalation_policy_id"]) == policy
