"""How much a measurement may take."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`rounds`: runs of ours and of the floor, in turn. `seconds`: of each. `rows`: of each COPY that is a floor."""

    rounds: int
    seconds: float
    warm_seconds: float
    rows: int


FULL: Final = Size(rounds=7, seconds=4, warm_seconds=2, rows=100_000)
QUICK: Final = Size(rounds=3, seconds=1, warm_seconds=1, rows=10_000)
