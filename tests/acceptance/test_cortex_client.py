"""The vendor's command-line client, as it is published: only its base URL and its key are ours.

Every command is run; what it prints is looked at, and what the house then holds, by the native API.
"""

import csv
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from tests.acceptance.clients.cortex.workspace import Workspace
from tests.acceptance.clients.install import install

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the client

_NOON: Final = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
_COMMANDS: Final = {
    "catalog": "archive aws create delete delete-by-id descriptor details gitops-log k8s list list-descriptors patch"
    " scorecard-scores unarchive",
    "custom-data": "add bulk delete get list",
    "custom-events": "create delete-all delete-by-uuid get-by-uuid list update-by-uuid",
    "dependencies": "add-in-bulk create delete delete-all delete-in-bulk get get-all update",
    "deploys": "add delete delete-all delete-by-filter delete-by-uuid list update-by-uuid",
    "docs": "delete get update",
    "entity-types": "create delete get list update",
    "groups": "add delete get",
}
_TELL: Final = """
import json, typer
from cortexapps_cli.cli import app
nouns = typer.main.get_command(app).commands
print(json.dumps({noun: list(getattr(of, "commands", ())) for noun, of in nouns.items()}))
"""
_UNKNOWN: Final = "5c8e0d3f-4b1a-4c7d-9e26-7f3a1b0c8d95"


def _local(at: datetime) -> str:
    """As the client takes times: without a zone."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _z(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _custom_event(title: str, *, hour: int = 0, **fields: object) -> dict[str, object]:
    return {"title": title, "type": "OPS", "timestamp": _z(_NOON + timedelta(hours=hour)), **fields}


def _deploy(title: str, *, hour: int = 0, **fields: object) -> dict[str, object]:
    return {"title": title, "type": "DEPLOY", "timestamp": _z(_NOON + timedelta(hours=hour)), **fields}


def _posted(cortex: Workspace, tag: str, noun: str, *bodies: dict[str, object]) -> list[str]:
    """The ids of what was sent, one after the other, without the client."""
    return [answer["uuid"] for answer in cortex.send_all("POST", f"/api/v1/catalog/{tag}/{noun}", bodies)]


def test_the_client_has_no_other_commands() -> None:
    """Of those that are tried here and in the catalogue's tests; a new release of it may have more."""
    told = subprocess.run([install("cortex").python, "-c", _TELL], check=True, capture_output=True, text=True).stdout

    found = {noun: set(verbs) for noun, verbs in json.loads(told).items() if noun in _COMMANDS}
    assert found == {noun: set(verbs.split()) for noun, verbs in _COMMANDS.items()}


def test_custom_events_are_created(cortex: Workspace) -> None:
    """[CX1] With every option, from a file, with a slash in the tag, by the entity's id; each is on its timeline."""
    cortex.register("checkout-api", "/team/pay//api")
    cid = cortex.entity("checkout-api")["cid"]
    began = datetime.now(UTC).replace(microsecond=0)

    full, filed, slashed = cortex.together(
        "custom-events create -t checkout-api -ti 'Flag turned on' -y FEATURE_FLAG -d 'by hand' -c flag=basket"
        f" -c share=5 -u https://ci.example.com/881 -ts {_local(_NOON)}",
        (
            f"custom-events create -t checkout-api -ts {_local(_NOON + timedelta(hours=1))} -f-",
            {
                "title": "Größer 🚀",
                "type": "SCALE_OUT",
                "customData": {"replicas": 12, "zones": ["a", None], "in": {"x": 1.0}},
            },
        ),
        f"custom-events create -t %2Fteam%2Fpay%2F%2Fapi -ti Slashes -y OPS -ts {_local(_NOON)}",
    )
    bare = cortex.start(f"custom-events create -t {cid} -ti Now -y OPS")

    assert full.value == {
        "customData": {"flag": "basket", "share": "5"},
        "description": "by hand",
        "timestamp": _z(_NOON),
        "title": "Flag turned on",
        "type": "FEATURE_FLAG",
        "url": "https://ci.example.com/881",
        "uuid": full.value["uuid"],
    }
    assert set(bare.value) == {"timestamp", "title", "type", "uuid"}
    assert began <= datetime.fromisoformat(bare.value["timestamp"]) <= datetime.now(UTC)
    now, scaled, flagged = cortex.timeline("checkout-api")
    assert flagged == {
        "id": full.value["uuid"],
        "kind": "change",
        "type": "FEATURE_FLAG",
        "title": "Flag turned on",
        "description": "by hand",
        "url": "https://ci.example.com/881",
        "time": _z(_NOON).replace("Z", ".000Z"),
        "properties": {"flag": "basket", "share": "5"},
    }
    assert (scaled["id"], scaled["title"]) == (filed.value["uuid"], "Größer 🚀")
    assert scaled["properties"] == filed.value["customData"]
    assert (now["id"], now["title"]) == (bare.value["uuid"], "Now")
    assert [event["id"] for event in cortex.timeline("/team/pay//api")] == [slashed.value["uuid"]]


def test_custom_events_are_listed_and_read(cortex: Workspace) -> None:
    """[CX1] All, a page, a type and from a time on, for programs and as a table; never an event of another kind."""
    cortex.register("checkout-api", "elsewhere")
    flag = _custom_event(
        "Flag", hour=2, type="FEATURE_FLAG", customData={"by": {"hand": True}}, url="https://x.example/1"
    )
    _, _, flag_id = _posted(
        cortex, "checkout-api", "custom-events", _custom_event("One"), _custom_event("Two", hour=1), flag
    )
    _posted(cortex, "checkout-api", "deploys", _deploy("Release 41"))
    _posted(cortex, "elsewhere", "custom-events", _custom_event("Other"))

    every, page, chosen, none, table, lines, one = cortex.together(
        "custom-events list -t checkout-api",
        "custom-events list -t checkout-api -p 1 -z 2",
        f"custom-events list -t checkout-api -y OPS -ts {_local(_NOON + timedelta(hours=1))}",
        "custom-events list -t checkout-api -y NEVER",
        "custom-events list -t checkout-api --table -C Title=title -C Kind=type -F title=F.*",
        "custom-events list -t checkout-api --csv -S title:asc",
        f"custom-events get-by-uuid -t checkout-api -u {flag_id.upper()}",
    )

    assert [event["title"] for event in every.value["events"]] == ["Flag", "Two", "One"]
    assert (every.value["total"], every.value["events"][0]) == (3, {**flag, "uuid": flag_id})
    assert [event["title"] for event in page.value["events"]] == ["One"]
    assert {name: page.value[name] for name in ("page", "total", "totalPages")} == {
        "page": 1,
        "total": 3,
        "totalPages": 2,
    }
    assert [event["title"] for event in chosen.value["events"]] == ["Two"]
    assert none.value["events"] == []
    assert re.search(r"Flag\s+│ FEATURE_FLAG", table.good)
    assert [row["title"] for row in csv.DictReader(lines.good.splitlines())] == ["Flag", "One", "Two"]
    assert one.value == {**flag, "uuid": flag_id}


def test_a_long_list_is_read_to_its_end(cortex: Workspace) -> None:
    """The client asks for page after page, 250 rows each."""
    cortex.register("busy")
    _posted(cortex, "busy", "custom-events", *(_custom_event(f"n{n}") for n in range(260)))

    every = cortex("custom-events list -t busy").value

    assert {event["title"] for event in every["events"]} == {f"n{n}" for n in range(260)}
    assert len(every["events"]) == 260


def test_custom_events_are_replaced_whole(cortex: Workspace) -> None:
    """[CX1] What the new one leaves out is gone; it keeps its id."""
    cortex.register("checkout-api")
    full = _custom_event("Old", description="long", customData={"n": 1}, url="https://x.example/1")
    first, second = _posted(cortex, "checkout-api", "custom-events", full, {**full, "title": "Older"})

    typed, filed = cortex.together(
        f"custom-events update-by-uuid -t checkout-api -u {first} -ti New -y OPS -c by=hand -ts {_local(_NOON)}",
        (
            f"custom-events update-by-uuid -t checkout-api -u {second} -ts {_local(_NOON - timedelta(hours=1))} -f-",
            {"title": "Newer", "type": "ROLLBACK", "description": "short"},
        ),
    )

    assert typed.value == {
        "customData": {"by": "hand"}, "timestamp": _z(_NOON), "title": "New", "type": "OPS", "uuid": first
    }  # fmt: skip
    assert filed.value == {
        "description": "short",
        "timestamp": _z(_NOON - timedelta(hours=1)),
        "title": "Newer",
        "type": "ROLLBACK",
        "uuid": second,
    }
    new, newer = cortex.timeline("checkout-api")
    assert (new["id"], new["title"], new["description"], new["url"]) == (first, "New", "", None)
    assert new["properties"] == {"by": "hand"}
    assert (newer["id"], newer["type"], newer["kind"], newer["properties"]) == (second, "ROLLBACK", "change", {})


def test_custom_events_are_deleted(cortex: Workspace) -> None:
    """[CX1] One, those of a type, those from a time on, all: silently, and nothing of another kind."""
    firsts: dict[str, str] = {}
    for tag in ("one", "typed", "late", "all"):
        cortex.register(tag)
        _posted(cortex, tag, "deploys", _deploy("Release 41", hour=-1))
        first, _ = _posted(
            cortex, tag, "custom-events", _custom_event("Flag", type="FEATURE_FLAG"), _custom_event("Late", hour=3)
        )
        firsts[tag] = first

    done = cortex.together(
        f"custom-events delete-by-uuid -t one -u {firsts['one']}",
        "custom-events delete-all -t typed -y FEATURE_FLAG",
        f"custom-events delete-all -t late -ts {_local(_NOON + timedelta(hours=3))}",
        "custom-events delete-all -t all",
    )
    again = cortex(f"custom-events delete-by-uuid -t one -u {firsts['one']}")

    assert [printed.good for printed in done] == [""] * 4
    assert again.refusal == f"HTTP Error 404: Not Found - Custom event not found: {firsts['one']}"
    assert {tag: cortex.titles(tag) for tag in ("one", "typed", "late", "all")} == {
        "one": ["Late", "Release 41"],
        "typed": ["Late", "Release 41"],
        "late": ["Flag", "Release 41"],
        "all": ["Release 41"],
    }


def test_deploys_are_added_listed_and_replaced(cortex: Workspace) -> None:
    """[CX1] With every option and from a file; each is a change on the timeline."""
    cortex.register("checkout-api")

    full, filed = cortex.together(
        f"deploys add -t checkout-api -ti 'release 41' -ty DEPLOY -s 9f2c7e1 -e prod -n ci -m ci@example.com"
        f" -c lane=blue --url https://ci.example.com/41 -ts {_local(_NOON.astimezone().replace(tzinfo=None))}",
        ("deploys add -t checkout-api -f-", _deploy("back to 40", hour=1, type="ROLLBACK", sha="8e1b6d0")),
    )
    every, page = cortex.together("deploys list -t checkout-api", "deploys list -t checkout-api -p 1 -z 1")
    held = cortex.timeline("checkout-api")
    replaced = cortex(
        f"deploys update-by-uuid -t checkout-api -u {full.value['uuid']} -f-",
        _deploy("release 42", hour=2, environment="dev"),
    ).value

    assert {name: full.value[name] for name in ("title", "type", "sha", "environment", "url", "timestamp")} == {
        "title": "release 41",
        "type": "DEPLOY",
        "sha": "9f2c7e1",
        "environment": "prod",
        "url": "https://ci.example.com/41",
        "timestamp": _z(_NOON),
    }
    assert full.value["deployer"] == {"email": "ci@example.com", "name": "ci"}
    assert (full.value["deployerName"], full.value["deployerEmail"]) == ("ci", "ci@example.com")
    assert full.value["customData"] == {"lane": "blue"}
    assert [deploy["title"] for deploy in every.value["deployments"]] == ["back to 40", "release 41"]
    assert [deploy["uuid"] for deploy in page.value["deployments"]] == [full.value["uuid"]]
    assert [(event["id"], event["kind"], event["type"], event["title"]) for event in held] == [
        (filed.value["uuid"], "change", "ROLLBACK", "back to 40"),
        (full.value["uuid"], "change", "DEPLOY", "release 41"),
    ]
    assert held[1]["properties"]["sha"] == "9f2c7e1"
    assert held[1]["properties"]["deployer"] == {"email": "ci@example.com", "name": "ci"}
    assert (replaced["uuid"], replaced["environment"], replaced.get("sha")) == (full.value["uuid"], "dev", None)
    new, _ = cortex.timeline("checkout-api")
    assert (new["id"], new["title"]) == (full.value["uuid"], "release 42")
    assert "sha" not in new["properties"]


def test_deploys_are_deleted(cortex: Workspace) -> None:
    """[CX1] One, those of an entity, those of all entities that a filter finds, all there are; custom events stay."""
    firsts: dict[str, str] = {}
    for tag in ("one", "some", "whole", "other"):
        cortex.register(tag)
        _posted(cortex, tag, "custom-events", _custom_event("Flag", hour=-1))
        first, _, _ = _posted(
            cortex,
            tag,
            "deploys",
            _deploy("dev", environment="dev", sha="aa"),
            _deploy("prod", hour=1, environment="prod", sha="aa"),
            _deploy("back", hour=2, environment="prod", sha="bb", type="ROLLBACK"),
        )
        firsts[tag] = first

    done = cortex.together(
        f"deploys delete-by-uuid -t one -u {firsts['one']}",
        "deploys delete -t some -s aa -e prod -ty DEPLOY",
        "deploys delete -t whole",
    )
    after_those = {tag: cortex.titles(tag) for tag in ("one", "some", "whole", "other")}
    found = cortex("deploys delete-by-filter -s bb -e prod -ty ROLLBACK").good
    after_filter = {tag: cortex.titles(tag) for tag in ("one", "some", "whole", "other")}
    everything = cortex("deploys delete-all").good

    assert [printed.good for printed in done] == [""] * 3
    assert (found, everything) == ("", "")
    assert after_those == {
        "one": ["back", "prod", "Flag"],
        "some": ["back", "dev", "Flag"],
        "whole": ["Flag"],
        "other": ["back", "prod", "dev", "Flag"],
    }
    assert after_filter == {
        "one": ["prod", "Flag"], "some": ["dev", "Flag"], "whole": ["Flag"], "other": ["prod", "dev", "Flag"]
    }  # fmt: skip
    assert all(cortex.titles(tag) == ["Flag"] for tag in after_filter)


def test_a_key_that_is_none(cortex: Workspace) -> None:
    """Each command says that it was not let in, also where there is nothing."""
    refused = cortex.cortex("wh_nobody").together(
        "custom-events list -t checkout-api",
        "catalog list",
        "deploys delete-all",
        "rest get -e api/v1/catalog/x/nothing",
    )

    assert {printed.refusal for printed in refused} == {"HTTP Error 401: Unauthorized - Missing or invalid API key"}


def test_a_viewers_key(cortex: Workspace) -> None:
    """It reads whatever there is; each write says which permission it lacks, and nothing is written."""
    cortex.register("checkout-api")
    _posted(cortex, "checkout-api", "custom-events", _custom_event("Flag"))
    viewer = cortex.cortex(cortex.another_key("events:read", "entities:read"))

    listed, *refused = viewer.together(
        "custom-events list -t checkout-api",
        "custom-events create -t checkout-api -ti x -y y",
        "deploys delete-all",
        "dependencies create -r checkout-api -e checkout-api",
        ("catalog create -f-", "info: {title: New, x-cortex-tag: new}"),
    )

    assert [event["title"] for event in listed.value["events"]] == ["Flag"]
    assert {printed.refusal for printed in refused} == {"HTTP Error 403: Forbidden - Missing permission: Edit entities"}
    assert cortex.titles("checkout-api") == ["Flag"]
    assert cortex.tags() == {"checkout-api"}


def test_what_is_not_there_or_not_said(cortex: Workspace) -> None:
    """Each refusal is one line that names what is wrong."""
    cortex.register("checkout-api")

    refused = cortex.together(
        "custom-events create -t no-such-thing -ti x -y y",
        f"custom-events get-by-uuid -t checkout-api -u {_UNKNOWN}",
        "custom-events get-by-uuid -t checkout-api -u first",
        ("custom-events create -t checkout-api -f-", {"type": ""}),
        "deploys list -t no-such-thing",
        ("deploys add -t checkout-api -f-", {"title": "x", "type": "SHIP", "timestamp": _z(_NOON)}),
        "dependencies get -r checkout-api -e checkout-api",
        "catalog details -t no-such-thing",
    )

    assert [printed.refusal.removeprefix("HTTP Error ") for printed in refused] == [
        "404: Not Found - Entity not found: no-such-thing",
        f"404: Not Found - Custom event not found: {_UNKNOWN}",
        "400: Bad Request - Invalid UUID: first",
        "400: Bad Request - title is required; type is required",
        "404: Not Found - Entity not found: no-such-thing",
        "400: Bad Request - type must be one of DEPLOY, SCALE, ROLLBACK, RESTART",
        "404: Not Found - Dependency not found: checkout-api -> checkout-api",
        "404: Not Found - Entity not found: no-such-thing",
    ]


def test_a_key_that_is_decoded(cortex: Workspace) -> None:
    """`whoami` reads a key of the format `jwt`; the same key opens the account. An opaque one it cannot read."""
    key = cortex.another_key("admin", format="jwt", expires_at="2099-12-31T23:59:58Z")

    told, opaque = cortex.cortex(key)("whoami"), cortex("whoami")
    listed = cortex.cortex(key)("catalog list")

    shown = dict(re.findall(r"^ +(\S.*?) {2,}(\S.*?) *$", told.good, re.MULTILINE))
    assert shown == {
        "Base URL": cortex.url,
        "Tenant": "default",
        "Tenant ID": shown["Tenant ID"],
        "Token Type": "API_KEY",
        "Auth Scope": "ACCOUNT",
        "Issued": shown["Issued"],
        "Expires": "2099-12-31 23:59:58 UTC",
        "Last 4": key[-4:],
    }
    assert UUID(shown["Tenant ID"])
    assert shown["Issued"].startswith(f"{datetime.now(UTC):%Y-}")
    assert (opaque.code, opaque.stderr.strip()) == (1, "Error: API key is not a valid JWT")
    assert listed.value["entities"] == []


def test_too_many_requests_are_sent_again(cortex: Workspace) -> None:
    """The client waits for as long as it is told, and nothing is lost or done twice."""
    tags = [f"s{n}" for n in range(23)]
    cortex.register(*tags)
    cids = {entity["tag"]: entity["cid"] for entity in cortex.get("/v1/entities")["entities"]}
    slow = cortex.cortex(cortex.another_key("admin", rate_per_minute=20))

    done = slow("catalog delete-by-id --batch-size 1 -f-", "\n".join(cids[tag] for tag in tags[:22]))

    assert done.good == ""
    assert "Incremented Retry" in done.stderr
    assert cortex.tags() == {"s22"}
