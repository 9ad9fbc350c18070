"""The dashboard and the rules for Prometheus name what is there, and lead to what the documents say."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.house.docs import REFERENCE, anchors
from tests.house.source import ROOT
from whence.background import Work
from whence.dialects import discover
from whence.domain.errors import Reason

_RULES: Final = ROOT / "deploy" / "prometheus" / "whence.rules.yaml"
_DASHBOARD: Final = ROOT / "deploy" / "grafana" / "whence.json"
_ROW: Final = re.compile(r"^\| `(whence_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
_QUOTED: Final = re.compile(r"`([a-z_]+)`")
_NAMED: Final = re.compile(r"\b(whence_[a-z_]+|up|process_[a-z_]+)\b(?:\{([^}]*)\})?")
_MATCHER: Final = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')
_BY: Final = re.compile(r"\bby \(([^)]*)\)")
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "counter": ("",),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
}
_OTHERS: Final = frozenset(
    {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}
)  # Prometheus' and its client's
_OF_SCRAPING: Final = frozenset({"job", "instance", "le"})
_CLOSED: Final[Mapping[str, frozenset[str]]] = {
    "dialect": frozenset({*(dialect.name for dialect in discover()), "web", "none"}),
    "reason": frozenset(reason.value for reason in Reason),
    "work": frozenset(work.value for work in Work),
    "status": frozenset({"2xx", "3xx", "4xx", "5xx"}),
    "code": frozenset({"OK", "INTERNAL", "UNKNOWN"}),
    "pool": frozenset({"readers", "writers"}),
    "state": frozenset({"used", "idle"}),
    "job": frozenset({"whence"}),
    "instance": frozenset({"$instance"}),
}


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(_RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _expressions() -> Iterator[tuple[str, str]]:
    """What is asked of Prometheus, by where it stands."""
    yield from ((rule["alert"], rule["expr"]) for rule in _rules())
    board = json.loads(_DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def _labels() -> dict[str, frozenset[str]]:
    """The labels of every sample, by its name, as the reference has them; another test says that it has them all."""
    page = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    return {
        f"{name}{suffix}": frozenset(_QUOTED.findall(labels)) & {*_CLOSED, "outcome", "method", "version", "python"}
        for name, kind, labels in _ROW.findall(page)
        for suffix in _SUFFIXES[kind]
    }


_EXPRESSIONS: Final = [pytest.param(text, id=where) for where, text in _expressions()]


@pytest.mark.parametrize("text", _EXPRESSIONS)
def test_every_metric_and_label_that_is_asked_for_is_there(text: str) -> None:
    """[OP5] By name; and a label is compared with values that it can have."""
    known = _labels()
    named = _NAMED.findall(text)

    assert named
    for name, matchers in named:
        assert name in known or name in _OTHERS
        labels = known.get(name, frozenset()) | _OF_SCRAPING
        for label, operator, value in _MATCHER.findall(matchers):
            assert label in labels
            assert set(value.split("|") if "~" in operator else [value]) <= _CLOSED[label]
    grouped = {label.strip() for group in _BY.findall(text) for label in group.split(",")}
    assert grouped <= frozenset().union(*(known.get(name, frozenset()) for name, _ in named), _OF_SCRAPING)


def test_every_rule_says_what_to_do() -> None:
    """[OP5] How urgent it is, for how long it must hold, and where the page of operations has it."""
    rules = _rules()
    sections = anchors(ROOT / "docs" / "operations.md")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        where, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"\d+m", rule["for"])
        assert rule["annotations"]["summary"]
        assert (where, anchor in sections) == ("docs/operations.md", True)
        assert f"`{rule['alert']}`" in page


def test_one_bug_alone_is_told() -> None:
    """[OP5] Of one request a rate tells for less than its own stretch: a rule that waited for that would never hold."""
    waits = {rule["alert"]: rule["for"] for rule in _rules() if rule["annotations"]["runbook"].endswith("#a-bug")}

    assert waits == {"WhenceBreaks": "0m", "WhenceCallsBreak": "0m"}


def test_the_dashboard_can_be_imported() -> None:
    """[OP5] Its panels have numbers of their own, do not overlap, and ask the Prometheus that is chosen."""
    board = json.loads(_DASHBOARD.read_text(encoding="utf-8"))
    panels = board["panels"]
    places = [(p["gridPos"]["x"] + dx, p["gridPos"]["y"]) for p in panels for dx in range(p["gridPos"]["w"])]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(places)) == len(places)
    assert {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"} == {"${datasource}"}
    assert "datasource" in {variable["name"] for variable in board["templating"]["list"]}


@pytest.mark.parametrize(
    ("heading", "wanted"), [("Reasons", set(Reason)), ("Work", set(Work))], ids=["reasons", "work"]
)
def test_the_reference_explains_every_value(heading: str, wanted: set[str]) -> None:
    """[OP5] Of the reasons and of the work, each stands in its table, and no other."""
    page = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    (section,) = (part for part in re.split(r"^## ", page, flags=re.MULTILINE) if part.startswith(heading))
    firsts = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]

    explained = {value for first in firsts[1:] for value in _QUOTED.findall(first)}

    assert explained == wanted


def test_every_gauge_makes_sense_over_several_processes() -> None:
    """[OP5] Each says how the figures of processes that share a port become one."""
    wanted = re.compile(r'Gauge\(\s*"(whence_\w+)".*?\n?\)(?=\n)', re.DOTALL)
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "src").rglob("*.py"))

    gauges = {found[1]: found[0] for found in wanted.finditer(sources)}

    assert len(gauges) >= 7
    assert [name for name, text in gauges.items() if "multiprocess_mode=" not in text] == []
