from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.acceptance.server import bearer
from tests.cli.terminal import Terminal

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

    url, token = whence.settings["WHENCE_URL"], whence.settings["WHENCE_TOKEN"]
    query = {"entity": "node-1", "depth": "5"}
    found = httpx.get(f"{url}/v1/relations", params=query, headers=bearer(token)).json()
    tags = {entity["id"]: entity["tag"] for entity in found["entities"]}
    assert (told["created"], told["relations"], told["refused"]) == (3, 2, [])
    assert {(tags[one["from"]], one["kind"], tags[one["to"]]) for one in found["relations"]} == {
        ("checkout-api", "calls", "component:default/payments"),
        ("component:default/payments", "runs_on", "node-1"),
    }


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


def test_no_file(whence: Terminal) -> None:
    """It is named."""
    done = whence("entity", "import", "none.yaml")

    assert done.returncode == 1
    assert "none.yaml:1: refused: cannot be read" in done.stderr
