import re
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from tests.acceptance.server import Server
from tests.cli.terminal import Terminal
from tests.cli.told import ask

Write = Callable[[str], Path]

_CATALOGUE: Final = """\
# The caller stands before what it calls.
openapi: 3.0.1
info:
  title: Checkout API
  x-cortex-tag: checkout-api
  x-cortex-dependency: [{tag: component:default/payments}]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments}
spec: {type: service, owner: payments}
---
entities:
  - {tag: node-1, type: HOST, name: node-1, cluster: eu}
relations:
  - {from: 'component:default/payments', to: node-1, kind: runs_on}
"""


_DESCRIPTORS: Final = (
    """\
openapi: 3.0.1
info:
  title: Größe 🚀
  description: "First.\\nSecond."
  x-cortex-tag: /team/shop//api
  x-cortex-type: aws-lambda
  x-cortex-groups: [retail, tier-1, retail]
  x-cortex-owners:
    - {name: team-a, type: group, provider: CORTEX}
    - {type: email, email: a@example.com}
  x-cortex-link:
    - {name: Runbook, url: 'https://wiki.example.com/shop', type: runbook}
    - {name: Source, url: git@example.com, type: other}
  x-cortex-git: {github: {repository: example/shop, basepath: api}}
  x-cortex-custom-metadata: {tier: gold, limits: {cpu: 1.0, big: 12345678901234567890, none: null}, since: 2026-01-02}
  x-cortex-k8s: {deployment: [{identifier: shop/api, cluster: eu}]}
  x-cortex-oncall: {pagerduty: {id: P1, type: SERVICE}}
  x-cortex-dependency:
    - {tag: ledger, method: GET, path: /books}
    - {tag: ledger, method: POST, path: /books}
    - tag: /team/shop//api
  x-cortex-domain-parents: [{tag: retail}]
paths: {/carts: {get: {summary: Carts}}}
---
info: {title: Ledger, x-cortex-tag: ledger, x-cortex-type: service, x-cortex-parents: [{tag: retail}]}
---
info:
  title: Retail
  x-cortex-tag: retail
  x-cortex-type: domain
  x-cortex-children: [{tag: ledger}, {tag: /team/shop//api}]
""",
    """\
info: {title: 7, x-cortex-tag: a, x-cortex-dependency: [b]}
---
info: {title: B, x-cortex-tag: b, x-cortex-dependency: [a], description: null, x-cortex-groups: null}
""",
    "info: {title: Squad, x-cortex-tag: squad, x-cortex-type: team, x-cortex-team: {members: [{email: a@b.c}]}}\n",
)


@pytest.fixture
def other(server: Server, whence: Terminal) -> Terminal:
    """As `whence`, with the token of another account."""
    name = f"t-{uuid4().hex}"
    server.send("POST", "/v1/accounts", {"name": name})
    made = server.send("POST", "/v1/tokens", {"name": "test", "rights": ["admin"], "account": name})
    return Terminal(home=whence.home, settings={**whence.settings, "WHENCE_TOKEN": made["token"]})


def _catalogue(terminal: Terminal) -> tuple[dict[str, Any], set[tuple[str, str, str]]]:
    """The entities by tag, without what each account has of its own, and the relations between their tags."""
    entities = ask(terminal, "GET", "/v1/entities")["entities"]
    tags = {entity["id"]: entity["tag"] for entity in entities}
    around = [ask(terminal, "GET", "/v1/relations", params={"entity": one})["relations"] for one in tags]
    own = ("id", "cid", "first_seen", "last_seen")
    return (
        {one["tag"]: {name: value for name, value in one.items() if name not in own} for one in entities},
        {(tags[one["from"]], one["kind"], tags[one["to"]]) for found in around for one in found},
    )


def test_three_formats_in_one_file(whence: Terminal, written: Write) -> None:
    """Entities are there before the relations, wherever they stand; the same file again changes nothing."""
    path = written(_CATALOGUE)

    first = whence.value("entity", "import", path, "-o", "json")
    second = whence.value("entity", "import", path, "-o", "json")

    assert first == {"created": 3, "updated": 0, "unchanged": 0, "relations": 2, "ignored": 0, "refused": []}
    assert second == {"created": 0, "updated": 0, "unchanged": 3, "relations": 2, "ignored": 0, "refused": []}


@pytest.mark.parametrize("documents", list(permutations(_CATALOGUE.split("---\n"))))
def test_any_order_of_documents_gives_one_catalogue(
    whence: Terminal, written: Write, documents: tuple[str, ...]
) -> None:
    """[CA4] A Cortex, a Backstage and an own document that name each other, whichever comes first."""
    told = whence.value("entity", "import", written("---\n".join(documents)), "-o", "json")

    found = ask(whence, "GET", "/v1/relations", params={"entity": "node-1", "depth": "5"})
    tags = {entity["id"]: entity["tag"] for entity in found["entities"]}
    assert (told["created"], told["relations"], told["refused"]) == (3, 2, [])
    assert {(tags[one["from"]], one["kind"], tags[one["to"]]) for one in found["relations"]} == {
        ("checkout-api", "calls", "component:default/payments"),
        ("component:default/payments", "runs_on", "node-1"),
    }


@pytest.mark.parametrize("descriptors", _DESCRIPTORS)
def test_an_import_is_as_good_as_an_upload(whence: Terminal, other: Terminal, written: Write, descriptors: str) -> None:
    """[CA5] The same descriptors, imported by one account and sent to Cortex' API by another."""
    whence.good("entity", "import", written(descriptors))
    for descriptor in descriptors.split("---\n"):
        ask(other, "POST", "/api/v1/open-api", content=descriptor.encode())

    assert _catalogue(whence) == _catalogue(other)
    assert len(_catalogue(whence)[0]) == descriptors.count("---\n") + 1
    told = whence.value("entity", "import", written(descriptors), "-o", "json")
    assert (told["created"], told["updated"]) == (0, 0)


def test_an_upload_over_an_import_changes_nothing(whence: Terminal, written: Write) -> None:
    """And an import over an upload neither: teams may go from the one to the other."""
    whence.good("entity", "import", written(_DESCRIPTORS[0]))
    imported = _catalogue(whence)
    for descriptor in _DESCRIPTORS[0].split("---\n"):
        ask(whence, "POST", "/api/v1/open-api", content=descriptor.encode())
    uploaded = _catalogue(whence)
    told = whence.value("entity", "import", written(_DESCRIPTORS[0]), "-o", "json")

    assert imported == uploaded == _catalogue(whence)
    assert (told["created"], told["updated"], told["unchanged"], told["refused"]) == (0, 0, 3, [])


def test_an_update_is_told(whence: Terminal, written: Write) -> None:
    """What changed, and only that."""
    whence.good("entity", "import", written(_CATALOGUE))

    changed = whence.value("entity", "import", written(_CATALOGUE.replace("cluster: eu", "cluster: us")), "-o", "json")

    assert (changed["updated"], changed["unchanged"]) == (1, 2)


def test_an_imported_entity_has_a_timeline(whence: Terminal, written: Write) -> None:
    """Events reach it by its tag."""
    whence.good("entity", "import", written(_CATALOGUE))

    whence.good("event", "send", "-t", "kernel update", "--entity", "node-1")

    assert [e["title"] for e in whence.value("events", "--entity", "node-1", "-o", "json")] == ["kernel update"]


def test_what_is_refused_spoils_nothing_else(whence: Terminal, written: Write) -> None:
    """Each refusal has its line; the exit code says that it was not all."""
    text = "entities:\n- {tag: a, name: a}\n- {tag: b}\n- {tag: c, name: c, colour: red}\n- {tag: a, name: d}\n"
    text += "relations:\n- {from: a, to: nobody, kind: calls}\n- {from: a, to: a, kind: likes}\n---\nx: 1\nx: 2\n"
    path = written(text)

    done = whence("entity", "import", path)
    told = {
        line.split(": refused: ")[0]: line.split(": refused: ")[1]
        for line in done.stderr.splitlines()
        if ": refused: " in line
    }

    assert done.returncode == 1
    assert done.stdout.splitlines()[1].split() == ["1", "0", "0", "6", "0"]
    assert [int(place.rpartition(":")[2]) for place in told] == [3, 4, 5, 7, 8, 11]
    assert "name: is required" in told[f"{path}:3"]
    assert "colour" in told[f"{path}:4"]
    assert "described already" in told[f"{path}:5"]
    assert "no entity has this" in told[f"{path}:7"]


def test_a_type_cannot_change(whence: Terminal, written: Write) -> None:
    """A conflict that names no item is still found, by halving."""
    names = [f"- {{tag: t{n}, name: n{n}}}\n" for n in range(9)]
    whence.good("entity", "import", written("entities:\n" + "".join(names)))
    names[4] = "- {tag: t4, name: n4, type: HOST}\n"

    done = whence("entity", "import", "-o", "json", written("entities:\n" + "".join(names)))

    assert done.returncode == 1
    assert '"unchanged": 8' in done.stdout
    assert '"line": 6' in done.stdout


def test_more_than_a_request_holds(whence: Terminal) -> None:
    """Thousands in one go, from stdin, each dependency on the next."""
    documents = [
        f"info: {{title: S{n}, x-cortex-tag: s{n}, x-cortex-dependency: [{{tag: s{(n + 1) % 2500}}}]}}"
        for n in range(2500)
    ]

    told = whence.value("entity", "import", "-", "-o", "json", stdin="\n---\n".join(documents))

    assert (told["created"], told["relations"], told["refused"]) == (2500, 2500, [])


def test_a_person_sees_how_far_it_is(whence: Terminal, written: Write) -> None:
    """A bar on the screen while it works; what is printed is the summary alone."""
    printed, seen = whence.watched("entity", "import", written(_CATALOGUE))

    assert [line.split() for line in printed.splitlines()] == [
        ["created", "updated", "unchanged", "refused", "relations"],
        ["3", "0", "0", "0", "2"],
    ]
    assert re.search(r"Entities .*3/3", seen)
    assert re.search(r"Relations .*2/2", seen)


def test_no_file(whence: Terminal) -> None:
    """It is named."""
    done = whence("entity", "import", "none.yaml")

    assert done.returncode == 1
    assert "none.yaml:1: refused: cannot be read" in done.stderr
