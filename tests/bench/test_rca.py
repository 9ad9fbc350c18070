"""That labelled cases are read, told, asked and scored as they should be; the figures are in docs/causes.md."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import permutations, product
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from, sets

from bench.child import running
from bench.load import InvalidRunError
from bench.rca import report
from bench.rca.asking import Answer
from bench.rca.cases import Case, DataSet, Entity, Event, NoCasesError, Of, Relation, Truth, data_set, data_sets
from bench.rca.measuring import OURS, measured, table
from bench.rca.rules import rankings
from bench.rca.scoring import Score, auc, led_by, mean, score
from bench.rca.telling import account, connected, tell
from whence.correlate import causes
from whence.domain.entity import RelationKind
from whence.domain.event import Kind, Severity

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES: Final = "abcdef"
SCORER: Final = Path(__file__).parents[3] / "shared" / "rca" / "score.py"  # of the data; not part of the repository

Scorer = Callable[[Sequence[Sequence[str]], Collection[str]], tuple[float, float, float]]


def in_every_order(ranking: Sequence[Sequence[str]], right: Collection[str]) -> tuple[float, float, float]:
    """The three scores by going through all orders of all ties."""
    places: list[int | None] = []
    for order in product(*(list(permutations(dict.fromkeys(group))) for group in ranking)):
        line = list(dict.fromkeys(one for group in order for one in group))
        places.append(next((place for place, one in enumerate(line, 1) if one in right), None))
    found = [place for place in places if place is not None]
    first, three = (sum(place <= most for place in found) / len(places) for most in (1, 3))
    return first, three, sum(1 / place for place in found) / len(places)


def by_the_data(ranking: Sequence[Sequence[str]], right: Collection[str]) -> tuple[float, float, float]:
    """The three scores by the program that comes with the data."""
    spec = spec_from_file_location("score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    case = {"truth": {"target": "entity", "entities": sorted(right)}}
    scores: Mapping[str, float] = module.score(
        {"x": case}, {"relations": []}, {"x": [list(group) for group in ranking]}
    )[0]
    return scores["AC@1"], scores["AC@3"], scores["MRR"]


SCORERS: Final[list[Scorer]] = [in_every_order, *([by_the_data] if SCORER.exists() else [])]


@pytest.mark.parametrize("scorer", SCORERS)
@given(
    ranking=lists(lists(sampled_from(NAMES), min_size=1, max_size=4, unique=True), max_size=3),
    right=sets(sampled_from(NAMES), min_size=1, max_size=3),
)
def test_ties_count_with_their_exact_expectation(scorer: Scorer, ranking: list[list[str]], right: set[str]) -> None:
    """Also when one stands twice: then it counts where it is first."""
    once = [
        [one for one in group if all(one not in before for before in ranking[:n])] for n, group in enumerate(ranking)
    ]
    expected = scorer([group for group in once if group], right)

    found = score(ranking, right)

    assert astuple(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranking", "right", "expected"),
    [
        ([["a"], ["b"]], {"a"}, Score(first=1, among_three=1, reciprocal=1)),
        ([["a"], ["b"]], {"b"}, Score(first=0, among_three=1, reciprocal=1 / 2)),
        ([["a", "b"]], {"b"}, Score(first=1 / 2, among_three=1, reciprocal=3 / 4)),
        ([["a", "b", "c", "d"]], {"d"}, Score(first=1 / 4, among_three=3 / 4, reciprocal=25 / 48)),
        ([["a"]], {"z"}, Score()),
        ([], {"a"}, Score()),
    ],
)
def test_a_score_is_of_the_best_right_one(
    ranking: Sequence[Sequence[str]], right: Collection[str], expected: Score
) -> None:
    assert astuple(score(ranking, right)) == pytest.approx(astuple(expected))


@pytest.mark.parametrize(
    ("ranking", "chance"), [([["a"], ["b"]], 1.0), ([["a", "b"]], 0.5), ([["b"], ["a"]], 0.0), ([], 0.0)]
)
def test_who_is_in_front_leads(ranking: Sequence[Sequence[str]], chance: float) -> None:
    assert led_by(ranking, {"a"}) == chance


def test_a_mean_has_the_same_interval_each_time_and_lies_in_it() -> None:
    values = [0.0, 1.0, 0.5, 1.0, 0.0, 1.0]

    first = mean(values)

    assert first == mean(values)
    assert 0 <= first.low < first.value < first.high <= 1


def test_the_area_under_the_curve_counts_ties_half() -> None:
    assert auc([0.9, 0.5], [0.5, 0.1]) == (1 + 1 + 0.5 + 1) / 4


def event(number: int, entity: str | None, kind: Kind = Kind.PROBLEM, **given: Any) -> Event:  # noqa: ANN401  a builder
    """Something at so many minutes past eleven."""
    defaults: dict[str, Any] = {"type": "slow", "severity": Severity.WARNING, "title": "Slow", "properties": {}}
    at = AT - timedelta(hours=1) + timedelta(minutes=number)
    return Event(id=f"e{number}", at=at, entity=entity, kind=kind, **{**defaults, **given})


def case(*events: Event, of: Of = "entities", relations: Sequence[tuple[str, str]] = ()) -> Case:
    """A question about three services."""
    return Case(
        id="c",
        at=AT,
        of=of,
        anchor=None,
        entities=tuple(Entity(id=name, type="SERVICE") for name in "abc"),
        relations=tuple(Relation(source=one, target=two, kind=RelationKind.CALLS) for one, two in relations),
        events=events,
    )


SYMPTOMS: Final = (
    event(10, "a"),
    event(11, "b"),
    event(12, "b", type="crash", severity=Severity.CRITICAL),
    event(13, None, type="page", severity=Severity.CRITICAL),
)
CHANGES: Final = (
    event(1, "a", Kind.CHANGE),
    event(5, "b", Kind.CHANGE),
    event(11, "c", Kind.CHANGE),
    event(20, "b", Kind.INFO),
)


@pytest.mark.parametrize(
    ("rule", "ranking"),
    [
        ("random", [["a", "b", "c"]]),
        ("first event", [["a"], ["b"], ["c"]]),
        ("most severe", [["b"], ["a"], ["c"]]),
        ("rarity", [["b"], ["a"], ["c"]]),
        ("personalised PageRank", [["c"], ["a", "b"]]),
    ],
)
def test_a_rule_ranks_entities(rule: str, ranking: list[list[str]]) -> None:
    asked = case(*SYMPTOMS, *CHANGES, relations=[("a", "c"), ("b", "c")])

    assert rankings(asked)[rule] == ranking


@pytest.mark.parametrize(
    ("rule", "ranking"),
    [
        ("random", [["e1", "e11", "e5"]]),
        ("oldest change", [["e1"], ["e5"], ["e11"]]),
        ("newest change", [["e11"], ["e5"], ["e1"]]),
        ("newest before the first alert", [["e5"], ["e1"], ["e11"]]),
        ("first alerting changed entity, its changes", [["e1"], ["e5"], ["e11"]]),
        ("most severe, its changes", [["e5"], ["e1"], ["e11"]]),
        ("rarity, the newest before", [["e5"], ["e1"], ["e11"]]),
    ],
)
def test_a_rule_ranks_changes(rule: str, ranking: list[list[str]]) -> None:
    assert rankings(case(*SYMPTOMS, *CHANGES, of="changes"))[rule] == ranking


@pytest.mark.parametrize("of", ["entities", "changes"])
def test_the_rules_have_an_answer_to_silence(of: Of) -> None:
    answers = rankings(case(of=of))

    assert {name: [one for group in ranking for one in group] for name, ranking in answers.items()} == {
        name: ["a", "b", "c"] if of == "entities" else [] for name in answers
    }


def told(number: int, entity: str | None, kind: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  a builder
    """An event as the data spells it, so many minutes after eleven."""
    at = AT - timedelta(hours=1) + timedelta(minutes=number)
    defaults: dict[str, Any] = {"type": kind, "category": "x", "severity": 3, "title": f"It is {kind}", "attrs": {}}
    return {
        "id": f"e{number:04}", "t": at.isoformat(), "t_ms": int(at.timestamp() * 1000), "entity": entity, "kind": kind,
        **defaults, **given,
    }  # fmt: skip


def asked(name: str, events: Sequence[Mapping[str, Any]], **truth: Any) -> dict[str, Any]:  # noqa: ANN401  a builder
    """A case as the data spells it."""
    return {"id": name, "analysis_time": AT.isoformat(), "anchor": "shop", "events": events, "truth": truth}


STORY: Final = (
    told(0, "pay", "change", type="deploy", severity=0, title="deploy pay v2", attrs={"version": "v2"}),
    told(10, "pay", "problem", title="Panics of pay"),
    told(12, "shop", "problem", title="Calls shop -> pay fail"),
    told(13, None, "info", severity=0, title="Tidy up"),
    told(61, "shop", "problem", title="Told after the question"),
)
TOPOLOGY: Final[Mapping[str, Any]] = {
    "entities": [{"id": name, "type": "service", "tags": {}} for name in ("shop", "pay", "pay::1")]
    + [{"id": "node", "type": "host", "tags": {}}],
    "relations": [
        {"from": "shop", "to": "pay", "type": "calls"},
        {"from": "shop", "to": "pay", "type": "calls"},
        {"from": "pay::1", "to": "pay", "type": "instance_of"},
        {"from": "pay::1", "to": "node", "type": "runs_on"},
    ],
}


def written(folder: Path, *rows: Mapping[str, Any]) -> Path:
    """A data set in a folder."""
    folder.mkdir()
    (folder / "topology.json").write_text(json.dumps(TOPOLOGY))
    (folder / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_a_case_does_not_know_its_truth(tmp_path: Path) -> None:
    """What is sent is made from the case alone, so nothing of the truth can be."""
    folder = written(tmp_path / "x", asked("one", STORY, target="entity", entities=["secret"], fault_type="secret"))

    read = data_set(folder)

    assert "secret" not in repr(read.cases)
    assert read.truths["one"] == Truth(right=frozenset({"secret"}), decoys=frozenset(), is_none=False)


def test_a_case_is_what_was_known_when_it_was_asked(tmp_path: Path) -> None:
    read = data_set(written(tmp_path / "x", asked("one", STORY, target="change", event_ids=["e0000"])))

    (only,) = read.cases
    assert (only.at, only.of, only.anchor) == (AT, "changes", "shop")
    assert [event.id for event in only.events] == ["e0000", "e0010", "e0012", "e0013"]
    assert [event.severity for event in only.events] == [Severity.INFO, Severity.ERROR, Severity.ERROR, Severity.INFO]
    assert {entity.id: entity.type for entity in only.entities}["node"] == "HOST"
    assert [relation.kind for relation in only.relations] == [
        RelationKind.CALLS, RelationKind.PART_OF, RelationKind.RUNS_ON,
    ]  # fmt: skip


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoCasesError):
        data_sets(tmp_path)


def made(*answers: Answer) -> tuple[DataSet, dict[str, Case], dict[str, Answer]]:
    """A data set about changes with an answer to each of its cases; the last one has no guilty change."""
    asked = [replace(case(*SYMPTOMS, *CHANGES, of="changes"), id=f"c{n}") for n in range(len(answers))]
    truths = {
        one.id: Truth(right=frozenset({"e5"}), decoys=frozenset({"e11"}), is_none=one is asked[-1]) for one in asked
    }
    whole = DataSet(name="made", cases=tuple(asked), truths=truths)
    return whole, {one.id: one for one in asked}, {one.id: answer for one, answer in zip(asked, answers, strict=True)}


def test_a_table_tells_decoys_and_innocence() -> None:
    found = table(
        *made(
            Answer(ranking=[["e5"], ["e11"]], top=0.9, is_likely=True),
            Answer(ranking=[["e11"], ["e5"]], top=0.5, is_likely=True),
            Answer(ranking=[["e11"]], top=0.5, is_likely=False),
        )
    )

    ours = found.rows[0]
    assert (ours.rule, ours.first.value, ours.among_three.value, ours.reciprocal.value, ours.led) == (
        OURS, 0.5, 1, 0.75, 2,
    )  # fmt: skip
    assert found.separation is not None
    assert (found.separation.auc, found.separation.likely_none, found.separation.led_likely) == (0.75, 0, 1)
    assert (found.guilty, found.none, found.unreachable) == (2, 1, 0)
    assert dict(found.reciprocal) == {"c0": 1, "c1": 0.5}


def test_tables_are_kept_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "rca")
    answer = Answer(ranking=[["e5"]], top=0.9, is_likely=True)

    report.write([table(*made(answer, answer))], None)

    text = report.document()
    assert "| Whence | 1.000 (1.00 to 1.00) | 1.000 (1.00 to 1.00) | 1.000 (1.00 to 1.00) | 0.0 of 2 |" in text
    assert "Calls the first one likely in 1 of 1 cases with a guilty one, in 1 of 1 without" in text
    assert str(tmp_path) not in next((tmp_path / "rca").iterdir()).read_text()


_Parameter = float | timedelta | Mapping[str, float]


def _written(value: _Parameter) -> str:
    """As the table of parameters writes it."""
    match value:
        case timedelta():
            return f"{value / timedelta(minutes=1):g} min"
        case Mapping():
            return ", ".join(f"{key} {share:g}" for key, share in sorted(value.items()))
        case _:
            return f"{value:.3g}"


def test_every_parameter_is_documented_with_its_value() -> None:
    """Of the model, in the table of docs/causes.md: what is public in its modules and a number."""
    modules = [import_module(f"{causes.__name__}.{found.name}") for found in iter_modules(causes.__path__)]
    standing = {
        f"{module.__name__.rpartition('.')[2]}.{name}": _written(cast("_Parameter", value))
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, float | int | timedelta | Mapping)
    }

    text = (Path(__file__).parents[2] / "docs" / "causes.md").read_text(encoding="utf-8")

    documented = dict(re.findall(r"^\| `(\w+\.[A-Z_]+)` \| ([^|]+) \|", text, re.MULTILINE))
    assert {name: ", ".join(sorted(said.split(", "))) for name, said in documented.items()} == standing


async def test_cases_are_told_asked_and_scored(tmp_path: Path, home: Path) -> None:
    """Both ways to ask, end to end, and an event of a clock that overflowed."""
    lost = told(-1, "shop", "problem", t_ms=-6_795_364_578_872)
    entities = data_set(written(tmp_path / "entities", asked("one", (lost, *STORY), target="entity", entities=["pay"])))
    changes = data_set(written(tmp_path / "changes", asked("two", STORY, target="change", event_ids=["e0000"])))

    with running("bench.rca.server", home) as server:
        tables = [await measured(one, server.url, None) for one in (entities, changes)]

    assert [found.rows[0].first.value for found in tables] == [1, 1]
    assert [found.refused for found in tables] == [1, 0]


async def test_what_a_server_does_not_take_is_no_measurement(tmp_path: Path, home: Path) -> None:
    stranger = told(1, "nobody", "problem")
    (told_of_nobody,) = data_set(written(tmp_path / "x", asked("one", [stranger], target="entity", entities=[]))).cases

    with running("bench.rca.server", home) as server:
        async with connected(server.url) as admin, account(admin, "x") as client:
            with pytest.raises(InvalidRunError, match="e0001"):
                await tell(client, told_of_nobody)
