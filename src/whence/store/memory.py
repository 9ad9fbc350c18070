"""What a process remembers of accounts' entities: answers that hold until something of the account changes."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from whence.domain.entity import Entity, TagRule

# An entity takes a kilobyte or two; these bound what all the answers hold together.
MOST_IN_ALL: Final = 50_000
MOST_OF_ACCOUNT: Final = 25_000
MOST_NAMES: Final = 10_000  # of an account, those included that no entity has
MOST_MATCHES: Final = 10_000  # of an account; what they found counts among its entities
_LONGEST_NAME: Final = 500  # characters; no entity has a longer one

Asked: TypeAlias = tuple[tuple[TagRule, ...], int]


@dataclass(frozen=True, slots=True)
class Match:
    """What rules mean, up to a limit; `oldest`: the earliest moment at which one of them was last seen."""

    entities: tuple[Entity, ...]
    oldest: datetime | None

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> "Match":
        """The entities, in their order."""
        found = tuple(entities)
        return cls(found, min((entity.last_seen for entity in found), default=None))

    def was_seen(self, since: datetime | None) -> bool:
        """Whether each was last seen at or after the moment: what is remembered only errs towards the past."""
        return since is None or self.oldest is None or self.oldest >= since


@dataclass(slots=True, eq=False)
class Leaf:
    """What is remembered of one account. It is torn out when anything changes; what is written on it then is lost.

    `loading`: what is being asked for, so that those who ask the same meanwhile wait for the one answer.
    """

    names: OrderedDict[str, Entity | None] = field(default_factory=OrderedDict[str, Entity | None])
    matches: OrderedDict[Asked, Match] = field(default_factory=OrderedDict[Asked, Match])
    loading: dict[Asked, asyncio.Task[Match]] = field(default_factory=dict["Asked", "asyncio.Task[Match]"])
    size: int = 0


class Memory:
    """Leaves by account; the oldest are forgotten first. While nobody listens nothing is remembered.

    Take the leaf before asking the database, and write the answer on it: if something changed meanwhile, it is lost.
    """

    def __init__(self) -> None:
        self._leaves: OrderedDict[UUID, Leaf] = OrderedDict()
        self._size = 0
        self._listening = False

    def named(self, account: UUID, names: Iterable[str]) -> dict[str, Entity] | None:
        """Those of the names that an entity has; None unless all are remembered."""
        leaf = self._leaves.get(account)
        if leaf is None:
            return None
        found: dict[str, Entity] = {}
        for name in names:
            try:
                entity = leaf.names[name]
            except KeyError:
                return None
            if entity is not None:
                found[name] = entity
        return found

    def match(self, account: UUID, asked: Asked) -> Match | None:
        """What the rules mean, if it is remembered."""
        leaf = self._leaves.get(account)
        return None if leaf is None else leaf.matches.get(asked)

    def leaf(self, account: UUID) -> Leaf:
        """Where to write what is asked for from now on."""
        leaf = self._leaves.get(account)
        if leaf is None:
            leaf = Leaf()
            if self._listening:
                self._leaves[account] = leaf
        return leaf

    def learn_names(self, account: UUID, leaf: Leaf, names: Sequence[str], found: Mapping[str, Entity]) -> None:
        """Each of the names is that of the entity found, or nobody's."""
        if self._leaves.get(account) is not leaf:
            return
        before = len(leaf.names)
        leaf.names.update((name, found.get(name)) for name in names if len(name) <= _LONGEST_NAME)
        while len(leaf.names) > MOST_NAMES:
            leaf.names.popitem(last=False)
        self._grow(leaf, len(leaf.names) - before)

    def learn_match(self, account: UUID, leaf: Leaf, asked: Asked, match: Match) -> None:
        """The rules mean this."""
        if self._leaves.get(account) is not leaf or len(match.entities) >= MOST_OF_ACCOUNT:
            return
        if (old := leaf.matches.pop(asked, None)) is not None:
            self._grow(leaf, -_size(old))
        leaf.matches[asked] = match
        self._grow(leaf, _size(match))

    def forget(self, account: UUID) -> None:
        """Something of the account changed."""
        if (leaf := self._leaves.pop(account, None)) is not None:
            self._size -= leaf.size

    def listening(self, yes: bool) -> None:  # noqa: FBT001  # the signature of Ear.hear's `missed`
        """Whether changes are heard from now on; what was remembered until now is forgotten."""
        self._listening = yes
        self._leaves.clear()
        self._size = 0

    def _grow(self, leaf: Leaf, by: int) -> None:
        leaf.size += by
        self._size += by
        while leaf.matches and (len(leaf.matches) > MOST_MATCHES or leaf.size > MOST_OF_ACCOUNT):
            _, match = leaf.matches.popitem(last=False)
            leaf.size -= _size(match)
            self._size -= _size(match)
        while self._size > MOST_IN_ALL or len(self._leaves) > MOST_IN_ALL:
            _, oldest = self._leaves.popitem(last=False)
            self._size -= oldest.size


def _size(match: Match) -> int:
    return 1 + len(match.entities)
