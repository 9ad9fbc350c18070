"""What a call makes of the relationships of a type: some come besides, or in place of others. Pure.

Source: Cortex contract B5.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from whence.dialects.cortex.relationship import CALL, Ends, Pair
from whence.dialects.cortex.relationship_rules import Rules
from whence.dialects.cortex.relationship_type import RelationshipType
from whence.domain.errors import Invalid, Violation
from whence.domain.tie import Retied, Tied

_FIXED: Final = "Cannot modify relationship that is defined in the descriptor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Retied):
    """What comes of a call. `refused`: by the ends, why what it asks for of them is not done."""

    refused: Mapping[Ends, str] = field(default_factory=dict[Ends, str])


Change = Callable[[Sequence[Tied]], Outcome]


def adding(kind: RelationshipType, pairs: Sequence[Pair]) -> Change:
    """That these stand besides; one that does already is left as it is."""

    def change(standing: Sequence[Tied]) -> Outcome:
        added, refused = _added(kind, pairs, standing)
        return Outcome(added=added, refused=refused)

    return change


def replacing(
    kind: RelationshipType, pairs: Sequence[Pair], *, among: Callable[[Ends], bool], by_force: bool
) -> Change:
    """That of those whose ends are `among` what is meant these stand, and no others.

    One that a descriptor says goes `by_force` alone, until the descriptor is sent again.
    """

    def change(standing: Sequence[Tied]) -> Outcome:
        wanted = {pair.ends for pair in pairs}
        left_out = {tied for tied in standing if tied.ends not in wanted and among(tied.ends)}
        removed = {tied for tied in left_out if tied.origin == CALL or by_force}
        fixed = {tied.ends: _FIXED for tied in left_out - removed if tied.stands}
        added, refused = _added(kind, pairs, (tied for tied in standing if tied not in removed))
        return Outcome(added=added, removed=tuple(removed), refused={**refused, **fixed})

    return change


def all_or_none(change: Change) -> Change:
    """The same, but that nothing is changed when anything is refused.

    The change raises:
        Invalid: with every reason.
    """

    def whole(standing: Sequence[Tied]) -> Outcome:
        outcome = change(standing)
        if outcome.refused:
            raise Invalid(Violation(path="", message=why) for why in dict.fromkeys(outcome.refused.values()))
        return outcome

    return whole


def without_made(standing: Sequence[Tied]) -> Retied:
    """That nothing stands but what descriptors say."""
    return Retied(removed=[tied for tied in standing if tied.origin == CALL])


def _added(
    kind: RelationshipType, pairs: Sequence[Pair], standing: Iterable[Tied]
) -> tuple[list[Tied], dict[Ends, str]]:
    """What comes besides, and what does not, with the reasons."""
    rules = Rules(kind, (tied.ends for tied in standing))
    added: list[Tied] = []
    refused: dict[Ends, str] = {}
    for pair in pairs:
        if pair.ends in rules:
            continue
        tied = pair.tied(kind.tag)
        if why := pair.missing if tied is None else rules.refusal(pair):
            refused[pair.ends] = why
        elif tied is not None:
            added.append(tied)
            rules.add(pair.ends)
    return added, refused
