"""What was measured, beside what it is held against."""

from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table.

    The budget speaks of the ratio to the floor when there is a floor, else of the measured value itself.
    `samples`: every run's value, the floor's and ours, so that a reader sees how far they scatter.
    """

    name: str
    what: str
    unit: str
    measured: float
    floor: float | None = None
    bound: Literal[">=", "<="]
    budget: float
    samples: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    note: str = ""

    def by(self, workers: int) -> Self:
        """The same of a server that has so many processes: a row of its own."""
        row, _, stored = self.name.partition(" ")
        return replace(self, name=f"{row}-{workers}w {stored}".strip(), what=f"{self.what}; {workers} workers")

    @property
    def ratio(self) -> float | None:
        """Ours to the floor's: the median of each run to its neighbour, as the pace of a shared machine drifts."""
        if self.floor is None:
            return None
        ours, floors = self.samples.get("whence", ()), self.samples.get("floor", ())
        if len(ours) != len(floors) or not ours:
            return self.measured / self.floor
        return median(one / floor for one, floor in zip(ours, floors, strict=True))

    @property
    def is_met(self) -> bool:
        """Whether it is within its budget."""
        return self.distance <= 1

    @property
    def distance(self) -> float:
        """How much of the budget is used: 1 is just met, 2 is twice too slow or too large."""
        compared = self.measured if self.ratio is None else self.ratio
        return self.budget / compared if self.bound == ">=" else compared / self.budget

    @property
    def budget_text(self) -> str:
        """As the table shows it."""
        unit = self.unit if self.ratio is None else "x floor"
        return f"{self.bound} {self.budget:g} {unit}"
