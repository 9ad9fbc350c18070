from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.server import await_fact
from tests.cli.terminal import Terminal
from tests.cli.told import MINUTE, ask, deploy, problem, tell

_CATALOGUE: Final = """\
entities:
  - {tag: cart, name: cart, cluster: eu, namespace: shop}
  - {tag: ledger, name: ledger, cluster: eu, namespace: money}
  - {tag: node, type: HOST, name: node, cluster: eu}
relations:
  - {from: cart, to: ledger, kind: calls}
  - {from: ledger, to: node, kind: runs_on}
"""


@pytest.fixture
def broken(whence: Terminal, written: Callable[[str], Path]) -> Terminal:
    """A terminal whose account has a deploy of the ledger, then alerts on it and on the cart."""
    whence.good("entity", "import", written(_CATALOGUE))
    tell(
        whence,
        deploy("ledger", 12 * MINUTE, "ledger v7\x1b[31m is out"),
        problem("ledger", 10 * MINUTE, "It is slow"),
        problem("cart", 8 * MINUTE, "It is slow"),
    )
    return whence


def test_nothing_alerts(whence: Terminal) -> None:
    """It says so to people, with the window; to programs it is an answer without causes."""
    done = whence("why")

    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing alerted" in done.stderr
    assert whence.value("why", "-o", "json")["causes"] == []


def test_a_table_for_people(broken: Terminal) -> None:
    """A line for each suspect, the first one first: rank, score, what it is and where, and the weightiest reason."""
    header, first, *_ = broken.good("why", "cart").splitlines()

    assert header.split() == ["#", "score", "what", "why"]
    assert first.startswith("1  █")
    assert "ledger (eu/money)" in first
    assert "Suspicion leads here from cart" in first


def test_a_table_of_changes(broken: Terminal) -> None:
    """When it was, what, and where; a title moves no cursor."""
    header, first = broken.good("why", "--of", "changes").splitlines()

    assert header.split() == ["#", "score", "when", "(UTC)", "what", "where", "why"]
    assert "ledger v7 [31m is out" in first
    assert "ledger (eu/money)" in first
    assert "\x1b" not in first


def test_what_no_change_explains(whence: Terminal, written: Callable[[str], Path]) -> None:
    """It is told beside the table: the first is a guess."""
    whence.good("entity", "import", written(_CATALOGUE))
    tell(whence, deploy("ledger", 115 * MINUTE, "long ago"), problem("ledger", MINUTE, "It is slow"))

    done = whence("why", "--of", "changes")

    assert done.returncode == 0
    assert "long ago" in done.stdout
    assert "no cause is likely" in done.stderr


def test_a_problem_on_no_entity(whence: Terminal) -> None:
    """It has alerts, and nobody is told that nothing alerted."""
    tell(whence, {"title": "It is slow", "kind": "problem", "key": "x", "severity": "error"})
    await_fact(lambda: ask(whence, "GET", "/v1/problems")["problems"] != [], seconds=60, what="a problem is open")

    entities, changes, whatever = (whence("why", *more) for more in (["P-1"], ["P-1", "--of", "changes"], []))

    assert {(done.returncode, done.stdout) for done in (entities, changes, whatever)} == {(0, "")}
    assert "no alert of P-1 is on an entity" in entities.stderr
    assert "no change fits the alerts of P-1" in changes.stderr
    assert "nothing alerted on a known entity" in whatever.stderr


def test_alerts_that_no_change_went_before(whence: Terminal, written: Callable[[str], Path]) -> None:
    """What alerts is not denied."""
    whence.good("entity", "import", written(_CATALOGUE))
    tell(whence, problem("ledger", MINUTE, "It is slow"))

    done = whence("why", "--of", "changes")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no change fits what alerted" in done.stderr


def test_json_is_the_answer_as_it_is(broken: Terminal) -> None:
    """With every option where the API has it."""
    options = ("--at", "2m ago", "--lookback", "9m", "--of", "changes", "--limit", "1")

    answer = broken.value("why", "cart", *options, "-o", "json")

    query = {
        "entity": "cart", "at": answer["at"], "lookback": "PT540S", "of": "changes", "limit": 1,
    }  # fmt: skip
    assert answer == ask(broken, "GET", "/v1/causes", params=query)
    assert len(answer["causes"]) == 1
    assert broken.value("why", "-n", "1", "-o", "json")["causes"][0]["entity"]["tag"] == "ledger"


def test_an_entity_that_is_none(whence: Terminal) -> None:
    """Refused, with its name."""
    done = whence("why", "nobody")

    assert (done.returncode, done.stdout) == (1, "")
    assert "no entity nobody" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--at", "noon"], ["--lookback", "soon"], ["--of", "hosts"], ["-n", "0"], ["-n", "51"], ["a", "b"], ["-o", "csv"]],
)
def test_wrong_usage(whence: Terminal, arguments: list[str]) -> None:
    """Exit code 2, with a reason."""
    assert whence("why", *arguments).returncode == 2


def test_a_lookback_that_the_server_does_not_take(whence: Terminal) -> None:
    """It says which there are."""
    done = whence("why", "--lookback", "8d")

    assert done.returncode == 1
    assert "from 1 minute to 7 days" in done.stderr


def test_the_demo_is_explained(alone: Terminal) -> None:
    """Checkout suffers from the ledger, and that from a limit: not from its own deploy, which everybody suspects."""
    settings = {"WHENCE_BOOTSTRAP_TOKEN": "from-outside-0123456789"}
    with alone.begin("demo", **settings) as demo:
        here = Terminal(
            home=alone.home, settings={"WHENCE_URL": demo.address(), "WHENCE_TOKEN": "from-outside-0123456789"}
        )
        demo.until(lambda: "Stop with" in demo.said, "it has told all")
        entities = here.value("why", "eu-checkout", "-o", "json")["causes"]
        changes = here.value("why", "eu-checkout", "--of", "changes", "-o", "json")
        demo.stop()

    assert entities[0]["entity"]["tag"] in {"eu-ledger", "eu-payments"}
    assert "at most 20 instead of 200" in changes["causes"][0]["event"]["title"]
    assert changes["likely"] is True
