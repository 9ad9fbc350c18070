"""Measure a data set: tell and ask case by case, and score the answers beside those of the simple rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.rca.asking import Answer, ask
from bench.rca.cases import Case, DataSet, Of, Truth
from bench.rca.rules import Groups, rankings
from bench.rca.scoring import Mean, auc, led_by, mean, score
from bench.rca.telling import account, connected, tell

OURS: Final = "Whence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one rule does on a data set. `led`: in how many cases a decoy is first, those without a guilty one too."""

    rule: str
    first: Mean
    among_three: Mean
    reciprocal: Mean
    led: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Whether the answer tells the cases in which no change is guilty from the others.

    `auc`: of the first one's score. `likely_…`: how many answers call their first one likely. `led_likely`: how many
    of those begin with a decoy.
    """

    auc: float
    likely_guilty: int
    likely_none: int
    led_likely: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was measured on a data set, ours first.

    `guilty`: the cases that are scored. `none`: those in which nothing that is asked for was at fault. `unreachable`:
    of the scored, those whose right answer is not among what was told. `refused`: events that the server did not take.
    `reciprocal`: ours, case by case.
    """

    name: str
    of: Of
    guilty: int
    none: int
    unreachable: int
    refused: int
    rows: tuple[Row, ...]
    separation: Separation | None
    reciprocal: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def has_decoys(self) -> bool:
        """Whether the data says who was placed there to mislead."""
        return any(row.led for row in self.rows)


async def measured(data_set: DataSet, url: str, lookback: str | None) -> Table:
    """The data set's table, from the server at the URL. A server may hold a data set's accounts once.

    Raises:
        InvalidRunError: the server refused something.
    """
    answers: dict[str, Answer] = {}
    told: dict[str, Case] = {}
    async with connected(url) as admin:
        for case in data_set.cases:
            async with account(admin, f"{data_set.name}/{case.id}") as client:
                there = await tell(client, case)
                answers[case.id] = await ask(client, there, lookback)
                told[case.id] = there.case
    return table(data_set, told, answers)


def table(data_set: DataSet, told: Mapping[str, Case], answers: Mapping[str, Answer]) -> Table:
    """The table of these answers.

    Args:
        told: the cases as the server took them; the rules answer to the same.
    """
    truths = data_set.truths
    guilty = [case.id for case in data_set.cases if not truths[case.id].is_none]
    by_rule: dict[str, dict[str, Groups]] = {OURS: {case_id: answer.ranking for case_id, answer in answers.items()}}
    for case_id, case in told.items():
        for rule, ranking in rankings(case).items():
            by_rule.setdefault(rule, {})[case_id] = ranking
    return Table(
        name=data_set.name,
        of=data_set.of,
        guilty=len(guilty),
        none=len(truths) - len(guilty),
        unreachable=sum(1 for case_id in guilty if not truths[case_id].right & _named(told[case_id])),
        refused=sum(len(case.events) - len(told[case.id].events) for case in data_set.cases),
        rows=tuple(_row(rule, given, truths, guilty) for rule, given in by_rule.items()),
        separation=_separation(answers, truths) if len(guilty) < len(truths) else None,
        reciprocal={case_id: score(answers[case_id].ranking, truths[case_id].right).reciprocal for case_id in guilty},
    )


def best(rows: Sequence[Row], measure: str) -> Row:
    """Of the simple rules, the one that does best by this measure."""
    return max((row for row in rows if row.rule != OURS), key=lambda row: getattr(row, measure).value)


def _named(case: Case) -> set[str]:
    return {one.id for one in (case.changes if case.of == "changes" else case.entities)}


def _row(rule: str, given: Mapping[str, Groups], truths: Mapping[str, Truth], guilty: Sequence[str]) -> Row:
    scores = [score(given[case_id], truths[case_id].right) for case_id in guilty]
    return Row(
        rule=rule,
        first=mean([one.first for one in scores]),
        among_three=mean([one.among_three for one in scores]),
        reciprocal=mean([one.reciprocal for one in scores]),
        led=sum(led_by(ranking, truths[case_id].decoys) for case_id, ranking in given.items()),
    )


def _separation(answers: Mapping[str, Answer], truths: Mapping[str, Truth]) -> Separation:
    none = [answer for case_id, answer in answers.items() if truths[case_id].is_none]
    guilty = [answer for case_id, answer in answers.items() if not truths[case_id].is_none]
    likely = {case_id: answer.ranking for case_id, answer in answers.items() if answer.is_likely}
    return Separation(
        auc=auc([answer.top for answer in guilty], [answer.top for answer in none]),
        likely_guilty=sum(answer.is_likely for answer in guilty),
        likely_none=sum(answer.is_likely for answer in none),
        led_likely=sum(led_by(ranking, truths[case_id].decoys) > 0 for case_id, ranking in likely.items()),
    )
