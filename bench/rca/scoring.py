"""How good a ranking is. Ties count with their exact expectation, and intervals come from resampled cases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

Ranking = Sequence[Sequence[str]]  # tie groups, best first
_THREE: Final = 3
_DRAWS: Final = 2000
_SEED: Final = 0  # the same cases give the same intervals
_PER_MILLE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one case: the chance that a right one is first, that one is among the first three, and 1 / its place."""

    first: float = 0.0
    among_three: float = 0.0
    reciprocal: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """Over cases, with the 95 % interval of a bootstrap."""

    value: float
    low: float
    high: float


def score(ranking: Ranking, right: Collection[str]) -> Score:
    """Of the best right one, expected over all orders of the ties. What stands twice counts where it is first."""
    seen: set[str] = set()
    for group in ranking:
        here = set(group) - seen
        hits = sum(1 for one in here if one in right)
        if hits:
            return _in_tie(len(here), hits, before=len(seen))
        seen |= here
    return Score()


def _in_tie(size: int, hits: int, *, before: int) -> Score:
    first, among_three, reciprocal = 0.0, 0.0, 0.0
    missed = 1.0  # the chance that none of those tried so far was a hit
    for tried in range(size - hits + 1):
        place = before + tried + 1
        here = missed * hits / (size - tried)
        first += here * (place == 1)
        among_three += here * (place <= _THREE)
        reciprocal += here / place
        missed -= here
    return Score(first=first, among_three=among_three, reciprocal=reciprocal)


def led_by(ranking: Ranking, suspects: Collection[str]) -> float:
    """The chance that one of the suspects is first."""
    leaders = set(ranking[0]) if ranking else set[str]()
    return sum(1 for one in leaders if one in suspects) / len(leaders) if leaders else 0.0


def mean(values: Sequence[float]) -> Mean:
    """The mean of at least one value; its interval holds the middle 95 % of the means of resampled values."""
    draw = Random(_SEED)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(_DRAWS))
    low, high = means[_DRAWS * 25 // _PER_MILLE], means[_DRAWS * 975 // _PER_MILLE]
    return Mean(value=sum(values) / len(values), low=low, high=high)


def auc(above: Sequence[float], below: Sequence[float]) -> float:
    """The chance that one of `above` is higher than one of `below`, of which there are some; a tie counts half."""
    wins = sum(1.0 if high > low else 0.5 if high == low else 0.0 for high in above for low in below)
    return wins / (len(above) * len(below))
