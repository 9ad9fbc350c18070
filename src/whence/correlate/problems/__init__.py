"""Decide which alerts are one problem: those that share a cause, as far as time and the graph tell.

Pure: no SQL, no clock, no await. The same alerts, in any order, are the same problems.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from whence.correlate.problems.condition import Condition
from whence.correlate.problems.naming import Group, Outcome, named
from whence.correlate.problems.nearness import Nearness
from whence.correlate.problems.rules import Rules
from whence.correlate.problems.silence import Past, Quiet, quiet
from whence.correlate.problems.standing import NEVER, NOTHING, Before, Said, Standing
from whence.correlate.problems.sweep import sweep

__all__ = [
    "NEVER", "NOTHING", "Before", "Condition", "Group", "Nearness", "Outcome", "Past", "Quiet", "Rules", "Said",
    "Standing", "group", "quiet",
]  # fmt: skip


def group(
    conditions: Iterable[Condition],
    near: Nearness,
    rules: Rules,
    standing: Mapping[UUID, Standing],
    before: Before = NOTHING,
) -> Outcome:
    """The problems of the conditions and of those before, each with its name among those that stand, if it has one."""
    return named(sweep(conditions, near, rules, before), standing)
