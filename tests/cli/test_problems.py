import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.server import await_fact
from tests.cli.terminal import PATIENCE, Terminal
from tests.cli.told import HOUR, MINUTE, ask, deploy, problem, recovery, tell
from whence.cli.surveying import age

_CATALOGUE: Final = """\
entities:
  - {tag: cart, name: cart, cluster: eu, namespace: shop}
  - {tag: ledger, name: ledger, cluster: eu, namespace: money}
relations:
  - {from: cart, to: ledger, kind: calls}
"""


def _there(whence: Terminal, count: int) -> None:
    """Return when there are so many problems, of which the causes are known."""

    def are_explained() -> bool:
        found = ask(whence, "GET", "/v1/problems")["problems"]
        return len(found) == count and all(one["causes"] for one in found)

    await_fact(are_explained, seconds=PATIENCE, what=f"{count} problems are explained")


@pytest.fixture
def broken(whence: Terminal, written: Callable[[str], Path]) -> Terminal:
    """A terminal whose account has an old problem that is over, and one that goes on."""
    whence.good("entity", "import", written(_CATALOGUE))
    tell(
        whence,
        problem("cart", 3 * HOUR, "It is slow", severity="warning", key="slow"),
        recovery("slow", 2 * HOUR),
        deploy("ledger", 12 * MINUTE, "ledger v7 is out"),
        problem("ledger", 10 * MINUTE, "Nobody\x1b[31m can pay", severity="critical"),
        problem("cart", 8 * MINUTE, "It is slow"),
    )
    _there(whence, 2)
    return whence


def test_nothing_is_wrong(whence: Terminal) -> None:
    """It says so to people, and is empty to programs."""
    done = whence("problems")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no problems" in done.stderr
    assert whence.value("problems", "-o", "json") == []
    assert whence.good("problems", "-o", "ndjson") == ""


def test_a_table_for_people(broken: Terminal) -> None:
    """A line for each, the last opened first: what to call it, how grave, since when, what, where and why."""
    header, first, second = broken.good("problems").splitlines()

    assert header.split() == ["name", "state", "severity", "age", "title", "affected", "first", "cause"]
    assert first.split()[:4] == ["P-2", "open", "critical", "10m"]
    assert "Nobody [31m can pay" in first
    assert "cart, ledger" in first or "ledger, cart" in first
    assert "ledger (eu/money)" in first
    assert second.split()[:4] == ["P-1", "closed", "warning", "3h"]


def test_programs_get_what_the_server_has(broken: Terminal) -> None:
    """As one document, or a problem a line."""
    document = broken.value("problems", "-o", "json")
    lines = [json.loads(line) for line in broken.good("problems", "-o", "ndjson").splitlines()]

    assert [one["name"] for one in document] == [one["name"] for one in lines] == ["P-2", "P-1"]
    assert [one["alert_count"] for one in document] == [2, 1]


def test_some_are_asked_for(broken: Terminal) -> None:
    """By their state, and at most so many; a limit is no secret."""

    def names(*options: str) -> list[str]:
        return [one["name"] for one in broken.value("problems", "-o", "json", *options)]

    limited = broken("problems", "-n", "1")

    assert names("--state", "open") == ["P-2"]
    assert names("--state", "closed") == ["P-1"]
    assert names("--state", "open", "--state", "closed", "--limit", "0") == ["P-2", "P-1"]
    assert [line.split()[0] for line in limited.stdout.splitlines()] == ["name", "P-2"]
    assert "--limit 0" in limited.stderr
    assert "--limit 0" not in broken("problems", "-n", "2").stderr


def test_why_explains_a_problem(broken: Terminal) -> None:
    """By its name, in any case: what its own alerts lead to."""
    header, first, *_ = broken.good("why", "P-2").splitlines()
    changes = broken.value("why", "p-2", "--of", "changes", "-o", "json")

    assert header.split() == ["#", "score", "what", "why"]
    assert "ledger (eu/money)" in first
    assert [cause["event"]["title"] for cause in changes["causes"]] == ["ledger v7 is out"]


def test_why_of_no_problem(broken: Terminal) -> None:
    """Refused, with its name; nor is a time to be said of one."""
    unknown, timed = broken("why", "P-9"), broken("why", "P-2", "--at", "2h")

    assert (unknown.returncode, timed.returncode) == (1, 1)
    assert "no problem P-9" in unknown.stderr
    assert "must not stand beside problem" in timed.stderr


@pytest.mark.parametrize("arguments", [["--state", "new"], ["-n", "-1"], ["-o", "csv"], ["P-1"]])
def test_wrong_usage(whence: Terminal, arguments: list[str]) -> None:
    """Exit code 2, with a reason."""
    assert whence("problems", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"), (0, "0s"), (119.9, "119s"), (120, "2m"), (7_199, "119m"), (7_200, "2h"), (172_799, "47h"),
        (172_800, "2d"), (8_640_000, "100d"),
    ],
)  # fmt: skip
def test_an_age_is_short(seconds: float, shown: str) -> None:
    assert age(seconds) == shown
