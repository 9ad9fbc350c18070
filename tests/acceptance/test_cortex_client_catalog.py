"""The vendor's command-line client, as it is published, over a catalogue: only its base URL and its key are ours.

Every command is run; what it prints is looked at, and what the house then holds, by the native API.
"""

import json
import re
from typing import Any, Final

import pytest
import yaml

from tests.acceptance.clients.cortex.calls import Printed
from tests.acceptance.clients.cortex.workspace import Workspace

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the client

_SHOP: Final = """\
# As its team wrote it.
openapi: 3.0.1
info:
  title: Shop & Größe
  description: Sells.
  x-cortex-tag: shop
  x-cortex-type: service
  x-cortex-groups: [retail, tier-1]
  x-cortex-owners:
    - {name: team-a, type: group, provider: CORTEX}
    - {type: email, email: a@example.com}
  x-cortex-link: [{name: Runbook, url: https://wiki.example.com/shop, type: runbook}]
  x-cortex-git: {github: {repository: example/shop}}
  x-cortex-custom-metadata: {tier: gold, limits: {cpu: 2}}
  x-cortex-parents: [{tag: retail}]
  x-cortex-dependency: [{tag: ledger, method: GET, path: /books, description: reads}]
"""
_RETAIL: Final = "info: {title: Retail, x-cortex-tag: retail, x-cortex-type: domain}"


def _plain(tag: str, type_: str = "service") -> str:
    return f"info: {{title: {tag}, x-cortex-tag: {tag}, x-cortex-type: {type_}}}"


def test_an_entity_is_created_and_shown(cortex: Workspace) -> None:
    """[CX1] From a descriptor, kept as it was written; what it names may come later; a rehearsal stores nothing."""
    rehearsed = cortex("catalog create --dry-run -f-", _SHOP).value
    before = cortex.tags()
    created = cortex("catalog create -f-", _SHOP).value
    cortex.together(("catalog create -f-", _RETAIL), ("catalog create -f-", _plain("ledger")))

    details, row, written, parsed = cortex.together(
        "catalog details -t shop -i groups",
        "catalog details -t shop --csv",
        "catalog descriptor -t shop --yaml",
        "catalog descriptor -t shop",
    )
    held = cortex.entity("shop")

    assert rehearsed == created == {"ok": True, "violations": []}
    assert before == set()
    assert {name: value for name, value in details.value.items() if name != "lastUpdated"} == {
        "id": held["cid"],
        "tag": "shop",
        "name": "Shop & Größe",
        "type": "service",
        "description": "Sells.",
        "isArchived": False,
        "groups": ["retail", "tier-1"],
        "git": {
            "provider": "github",
            "repository": "example/shop",
            "repositoryUrl": "https://github.com/example/shop",
        },
        "hierarchy": {
            "parents": [
                {
                    "id": cortex.entity("retail")["cid"],
                    "tag": "retail",
                    "name": "Retail",
                    "type": "domain",
                    "groups": [],
                    "parents": [],
                }
            ],
            "children": [],
        },
        "links": [{"name": "Runbook", "type": "runbook", "url": "https://wiki.example.com/shop"}],
        "metadata": [{"key": "limits", "value": {"cpu": 2}}, {"key": "tier", "value": "gold"}],
        "slackChannels": [],
        "ownership": {
            "emails": [{"email": "a@example.com"}],
            "groups": [{"groupName": "team-a", "provider": "CORTEX"}],
            "slackChannels": [],
        },
    }
    assert row.good.splitlines()[1] == f"{held['cid']},shop,Shop & Größe,service,example/shop"
    assert written.good.rstrip("\n") == _SHOP.rstrip("\n")
    assert parsed.value == yaml.safe_load(_SHOP)
    assert (held["type"], held["name"], held["description"]) == ("SERVICE", "Shop & Größe", "Sells.")
    assert {f"{tag['key']}:{tag['value']}" for tag in held["tags"]} == {"group:retail", "group:tier-1", "owner:team-a"}
    assert (held["properties"]["tier"], held["properties"]["limits"]) == ("gold", {"cpu": 2})
    assert held["links"] == [{"title": "Runbook", "url": "https://wiki.example.com/shop"}]
    assert cortex.relations("shop") == {("shop", "calls", "ledger"), ("shop", "part_of", "retail")}


def test_an_entity_is_replaced_and_merged_into(cortex: Workspace) -> None:
    """[CX1] A new descriptor stands for the old one; a patch leaves what it does not name."""
    cortex.register("ledger")
    cortex("catalog create -f-", _SHOP)
    cid = cortex.entity("shop")["cid"]
    said = "description: __delete__, x-cortex-groups: [tier-2], x-cortex-custom-metadata: {tier: lead}"

    merged = cortex("catalog patch -f-", f"info: {{x-cortex-tag: shop, {said}}}").value
    after_merge = cortex.entity("shop")
    appended = cortex("catalog patch -a -f-", "info: {x-cortex-tag: shop, x-cortex-groups: [tier-2, tier-3]}").value
    after_append = cortex("catalog descriptor -t shop").value["info"]
    unknown, made, replaced = cortex.together(
        ("catalog patch -n -f-", _plain("mail")),
        ("catalog patch -f-", _plain("post")),
        ("catalog create -f-", "info: {title: Kiosk, x-cortex-tag: shop}"),
    )
    held = cortex.entity("shop")

    assert merged == appended == made.value == replaced.value == {"ok": True, "violations": []}
    assert (after_merge["name"], after_merge["description"]) == ("Shop & Größe", "")
    assert (after_merge["properties"]["tier"], after_merge["properties"]["limits"]) == ("lead", {"cpu": 2})
    assert "group:tier-2" in {f"{tag['key']}:{tag['value']}" for tag in after_merge["tags"]}
    assert after_append["x-cortex-groups"] == ["tier-2", "tier-3"]
    assert unknown.refusal == "HTTP Error 404: Not Found - Entity not found: mail"
    assert (held["cid"], held["name"], held["tags"], held["properties"]) == (cid, "Kiosk", [], {})
    assert cortex.relations("shop") == set()
    assert cortex.tags() == {"ledger", "shop", "post"}


def test_a_descriptor_that_is_not_good(cortex: Workspace) -> None:
    """Each violation is printed with its place, and nothing is stored."""
    nameless, untyped, broken = cortex.together(
        ("catalog create -f-", "openapi: 3.0.1\ninfo:\n  title: No tag\n"),
        (
            "catalog create -f-",
            "info: {title: X, x-cortex-tag: x, x-cortex-groups: retail, x-cortex-link: [{name: n}]}",
        ),
        ("catalog create -f-", "info: {title: X"),
    )

    assert (nameless.code, nameless.stdout.splitlines()) == (
        1,
        [
            "HTTP Error 400: Validation failed",
            "  Invalid descriptor: info.x-cortex-tag is required",
            "    Location: /info/x-cortex-tag",
            "    Type: MUST",
        ],
    )
    assert re.findall("Location: (.+)", untyped.stdout) == ["/info/x-cortex-groups", "/info/x-cortex-link/0/url"]
    assert "is no YAML" in broken.stdout
    assert cortex.tags() == set()


def test_the_catalogue_is_listed(cortex: Workspace) -> None:
    """[CX1] Whole or page by page; by group, owner, repository and type; with as much of each as is asked for."""
    team = f"{_plain('team-a', 'team')[:-1]}, x-cortex-team: {{members: [{{name: A, email: a@example.com}}]}}}}"
    for text in (_SHOP, _RETAIL, _plain("ledger"), _plain("old"), team):
        cortex.send_text("POST", "/api/v1/open-api", text)
    cortex.send("PUT", "/api/v1/catalog/old/archive", {})

    every, page, archived, grouped, owned, stored, typed, rich, table, texts = cortex.together(
        "catalog list",
        "catalog list -p 1 -z 2",
        "catalog list --include-archived",
        "catalog list -g 'other, retail'",
        "catalog list -o team-a",
        "catalog list -r example/shop",
        "catalog list -t 'domain, team' -in team:members",
        "catalog list -t service -io -l -m -d 1 -i groups",
        "catalog list --table -F tag=led.*",
        "catalog list-descriptors -t service --yaml",
    )

    def tags(printed: Printed) -> list[str]:
        return [entity["tag"] for entity in printed.value["entities"]]

    assert tags(every) == ["ledger", "retail", "shop", "team-a"]
    assert (tags(page), page.value["total"], page.value["totalPages"]) == (["shop", "team-a"], 4, 2)
    assert tags(archived) == ["ledger", "old", "retail", "shop", "team-a"]
    assert tags(grouped) == tags(owned) == tags(stored) == ["shop"]
    assert tags(typed) == ["retail", "team-a"]
    assert typed.value["entities"][1]["members"] == [
        {"name": "A", "email": "a@example.com", "roles": [], "sources": [{"type": "ENTITY_DEFINED"}]}
    ]
    ledger, shop = rich.value["entities"]
    assert [link["name"] for link in shop["links"]] == ["Runbook"]
    assert {entry["key"] for entry in shop["metadata"]} == {"tier", "limits"}
    assert shop["hierarchy"]["parents"][0]["groups"] == []
    assert [owner["tag"] for owner in shop["owners"]["teams"]] == ["team-a"]
    assert shop["owners"]["individuals"] == [{"email": "a@example.com"}]
    assert (ledger["links"], ledger["metadata"]) == ([], [])
    assert [tag for tag in tags(every) if tag in table.good] == ["ledger"]
    assert [descriptor["info"]["x-cortex-tag"] for descriptor in texts.value["descriptors"]] == ["ledger", "shop"]


def test_entities_are_archived_and_deleted(cortex: Workspace) -> None:
    """[CX1] An archived one keeps its events and comes back; a deleted one is gone, and one of its tag begins anew."""
    cortex.register("a", "b", "c", "d")
    event = {"title": "Flag", "type": "OPS", "timestamp": "2099-01-01T00:00:00Z"}
    cortex.send("POST", "/api/v1/catalog/a/custom-events", event)
    cids = [cortex.entity(tag)["cid"] for tag in ("c", "d")]

    archived, deleted, by_id = cortex.together(
        "catalog archive -t a", "catalog delete -t b", f"catalog delete-by-id -i {cids[0]} -i {cids[1]}"
    )
    left, is_archived = cortex.tags(), cortex.entity("a")["archived"]
    shown, gone = cortex.together("custom-events list -t a", "catalog details -t b")
    back = cortex("catalog unarchive -t a").value

    assert [archived.good, deleted.good, by_id.good] == [""] * 3
    assert (left, is_archived) == (set(), True)
    assert [event["title"] for event in shown.value["events"]] == ["Flag"]
    assert gone.refusal == "HTTP Error 404: Not Found - Entity not found: b"
    assert (back["tag"], back["isArchived"]) == ("a", False)
    assert cortex.tags() == {"a"}


def test_what_a_catalogue_here_does_not_know(cortex: Workspace) -> None:
    """What Cortex fetches from elsewhere is not there, and is said not to be."""
    cortex.register("a")

    asked = {"aws": "aws", "k8s": "k8s", "gitops-log": "gitops-logs", "scorecard-scores": "scorecards"}
    refused = cortex.together(*(f"catalog {command} -t a" for command in asked))

    assert [printed.refusal for printed in refused] == [
        f"HTTP Error 404: Not Found - No such path: /api/v1/catalog/a/{path}" for path in asked.values()
    ]


def test_dependencies(cortex: Workspace) -> None:
    """[CX1] Made, read, changed and removed one by one; each is a relation of the house for as long as one stands."""
    cortex.register("shop", "ledger", "mail")

    made, bare, _ = cortex.together(
        "dependencies create -r shop -e ledger -m GET -p /v1/books -d 'reads balances' -c tier=1",
        "dependencies create -r shop -e ledger",
        "dependencies create -r mail -e shop",
    )
    one, incoming, both, page = cortex.together(
        "dependencies get -r shop -e ledger -m GET -p /v1/books",
        "dependencies get-all -r shop",
        "dependencies get-all -r shop -o",
        "dependencies get-all -r shop -o -p 1 -z 2",
    )
    held = cortex.relations("shop")
    changed = cortex("dependencies update -r shop -e ledger -d 'reads all' -c tier=2").value
    removed = cortex("dependencies delete -r shop -e ledger -m GET -p /v1/books").good
    after_one = cortex.relations("shop")
    gone = cortex("dependencies delete-all -r shop").good

    edge = {"callerTag": "shop", "callerType": "service", "calleeTag": "ledger", "calleeType": "service"}
    assert made.value == one.value == {
        **edge, "method": "GET", "path": "/v1/books", "description": "reads balances", "metadata": {"tier": "1"}
    }  # fmt: skip
    assert {name: bare.value[name] for name in edge} == edge
    assert [found["callerTag"] for found in incoming.value["dependencies"]] == ["mail"]
    assert (both.value["total"], page.value["total"], page.value["totalPages"]) == (3, 3, 2)
    assert held == {("shop", "calls", "ledger"), ("mail", "calls", "shop")}
    assert (changed["description"], changed["metadata"]) == ("reads all", {"tier": "2"})
    assert (removed, gone) == ("", "")
    assert after_one == held  # the one without method and path stands
    assert cortex.relations("shop") == {("mail", "calls", "shop")}


def test_dependencies_in_bulk(cortex: Workspace) -> None:
    """[CX1] Of several callers at once."""
    cortex.register("shop", "ledger", "mail")
    values = {"shop": [{"tag": "ledger", "method": "GET", "path": "/"}, {"tag": "mail"}], "mail": [{"tag": "ledger"}]}

    added = cortex("dependencies add-in-bulk -f-", {"values": values}).good
    held = cortex.relations("shop") | cortex.relations("mail")
    removed = cortex("dependencies delete-in-bulk -f-", {"values": {"shop": values["shop"]}}).good

    assert (added, removed) == ("", "")
    assert held == {("shop", "calls", "ledger"), ("shop", "calls", "mail"), ("mail", "calls", "ledger")}
    assert cortex.relations("shop") | cortex.relations("mail") == {("mail", "calls", "ledger")}


def test_relationships(cortex: Workspace) -> None:
    """Types, and relationships one by one and in bulk; a target that is not there yet stands once it is."""
    cortex.register("shop", "cart", "pay")
    rules = {"allowCycles": False, "isSingleSource": False, "isSingleDestination": False, "createCatalog": False}
    anyone: dict[str, Any] = {"include": True, "types": []}
    kind: dict[str, Any] = {"tag": "parts", "name": "Parts", "definitionLocation": "BOTH", "inheritances": [], **rules}
    kind |= {"sourcesFilter": anyone, "destinationsFilter": anyone}
    types, related = "entity-relationship-types", "entity-relationships"
    pairs = [{"source": "cart", "destination": "pay"}, {"source": "pay", "destination": "shop"}]

    made = cortex(f"{types} create -f-", kind).value
    added = cortex(f"{related} add-destinations -e shop -r parts -f-", {"destinations": ["cart", "later"]}).value
    bulk = cortex(f"{related} add-bulk -r parts -f-", {"relationships": pairs}).value
    cortex.send_text("POST", "/api/v1/open-api", _plain("later"))
    near, far, sources, listed, page, known = cortex.together(
        f"{related} list-destinations -e shop -r parts",
        f"{related} list-destinations -e shop -r parts -d 2 --include-archived",
        f"{related} list-sources -e pay -r parts -d 5",
        f"{related} list -r parts",
        f"{related} list -r parts -p 1 -z 2",
        f"{types} list --csv -C Tag=tag --no-headers",
    )
    replaced = cortex(f"{related} update-bulk -r parts -f- --force", {"relationships": pairs[:1]}).value
    updated = cortex(f"{types} update -t parts -f-", {**kind, "name": "Pieces"}).value
    deleted = cortex(f"{types} delete -t parts").good
    gone = cortex(f"{related} list -r parts")

    assert made == {**kind, "isCortexManaged": False}
    assert [one["tag"] for one in added["destinations"]] == ["cart"]
    assert [one["destinationEntityTag"] for one in bulk["relationships"]] == ["pay"]
    assert [one["errorMessage"] for one in bulk["errors"]] == ["The relationship would close a cycle"]
    assert [one["tag"] for one in near.value["destinations"]] == ["cart", "later"]
    assert [one["tag"] for one in far.value["destinations"]] == ["cart", "later", "pay"]
    assert [one["tag"] for one in sources.value["sources"]] == ["cart", "shop"]
    ends = [(one["sourceEntity"]["tag"], one["destinationEntity"]["tag"]) for one in listed.value["relationships"]]
    assert ends == [("cart", "pay"), ("shop", "cart"), ("shop", "later")]
    assert (len(page.value["relationships"]), page.value["total"], known.good.split()) == (1, 3, ["parts"])
    assert ([one["sourceEntityTag"] for one in replaced["relationships"]], replaced["errors"]) == (["cart"], [])
    assert (updated["name"], deleted) == ("Pieces", "")
    assert gone.refusal == "HTTP Error 404: Not Found - Relationship type not found: parts"


def test_custom_data(cortex: Workspace) -> None:
    """Added, read, listed and deleted; of many entities at once; what a descriptor says is changed by force alone."""
    cortex.send_text("POST", "/api/v1/open-api", _SHOP)

    added, filed, refused = cortex.together(
        "custom-data add -t shop -k stage -v prod -d 'where it runs'",
        ("custom-data add -t shop -f-", {"key": "build/last one", "value": {"ok": [1, None, 2.5]}}),
        "custom-data add -t shop -k tier -v silver",
    )
    values = {"shop": [{"key": "region", "value": "eu"}], "nobody": [{"key": "region", "value": "eu"}]}
    one, listed, bulk, forced = cortex.together(
        "custom-data get -t shop -k build%2Flast%20one",
        "custom-data list -t shop",
        ("custom-data bulk -f-", {"values": values}),
        "custom-data add -t shop -k limits -v none --force",
    )
    deleted = cortex("custom-data delete -t shop -k stage")
    details, lines = cortex.together(
        "catalog details -t shop", "custom-data list -t shop --csv -C Key=key --no-headers"
    )

    assert {name: added.value[name] for name in ("key", "value", "source", "description")} == {
        "key": "stage", "value": "prod", "source": "API", "description": "where it runs"
    }  # fmt: skip
    assert filed.value["value"] == one.value["value"] == {"ok": [1, None, 2.5]}
    assert (
        refused.refusal == "HTTP Error 400: Bad Request - Cannot modify custom data that is defined in the descriptor"
    )
    assert {"stage": "API", "build/last one": "API", "tier": "YAML"}.items() <= {
        entry["key"]: entry["source"] for entry in listed.value
    }.items()
    assert ([entry["key"] for entry in bulk.value["values"]], bulk.value["errors"]) == (
        ["region"],
        {"nobody": "NOT_FOUND"},
    )
    assert (forced.value["value"], deleted.good) == ("none", "")
    assert sorted(lines.good.splitlines()) == ["build/last one", "limits", "region", "tier"]
    assert {entry["key"]: entry["value"] for entry in details.value["metadata"]} == {
        "tier": "gold", "limits": "none", "region": "eu", "build/last one": {"ok": [1, None, 2.5]}
    }  # fmt: skip


def test_groups(cortex: Workspace) -> None:
    """Added to, and taken from, what the descriptor says; lists find an entity by them."""
    cortex.send_text("POST", "/api/v1/open-api", _SHOP)

    added = cortex("groups add -t shop -g 'on-call, retail'").value
    got, found = cortex.together("groups get -t shop", "catalog list -g on-call")
    removed = cortex("groups delete -t shop -g on-call").good

    assert [group["tag"] for group in added["groups"]] == ["on-call", "retail", "tier-1"]
    assert got.value["groups"] == added["groups"]
    assert [entity["tag"] for entity in found.value["entities"]] == ["shop"]
    assert removed == ""
    assert cortex("catalog details -t shop").value["groups"] == ["retail", "tier-1"]


def test_entity_types(cortex: Workspace) -> None:
    """Created once, shown, replaced and deleted; an entity may be of them."""
    queue: dict[str, object] = {
        "type": "queue",
        "name": "Queue",
        "iconTag": "no-such-icon",
        "schema": {"type": "object", "required": ["depth"]},
    }

    created = cortex("entity-types create -f-", queue).good
    again, listed, got = cortex.together(
        ("entity-types create -f-", queue), "entity-types list", "entity-types get -t queue"
    )
    cortex.send_text("POST", "/api/v1/open-api", _plain("orders", "queue"))
    changed = cortex(
        "entity-types update -t queue -f-", {**queue, "name": "Message queue", "description": "Holds."}
    ).value
    typed = cortex("catalog details -t orders").value
    cortex.remove("orders")
    deleted = cortex("entity-types delete -t queue").good

    assert (created, again.good, deleted) == ("", "", "")
    assert [kind["type"] for kind in listed.value["definitions"]] == ["queue"]
    assert {name: got.value[name] for name in queue} == queue
    assert (changed["name"], changed["description"]) == ("Message queue", "Holds.")
    assert typed["type"] == "queue"
    assert cortex("entity-types list").value["definitions"] == []


def test_documentation(cortex: Workspace) -> None:
    """An OpenAPI document beside an entity; the client sends it in the letters of its own language."""
    cortex.register("shop")
    spec = {"openapi": "3.0.0", "info": {"title": "Shop's", "version": "1"}, "paths": {}, "x-on": True}

    updated = cortex("docs update -t shop -f-", spec).value
    got = cortex("docs get -t shop").value
    deleted = cortex("docs delete -t shop").good

    assert json.loads(updated["spec"]) == json.loads(got["spec"]) == spec
    assert deleted == ""
    assert cortex("docs get -t shop").refusal.startswith("HTTP Error 404: Not Found")
