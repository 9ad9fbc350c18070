"""Whom events name: all the entities of a request, looked up together."""

from collections.abc import Collection, Sequence
from typing import Self

from whence.catalog import Catalog
from whence.dialects.native import wire
from whence.dialects.native.decode import require_one_target
from whence.dialects.native.meaning import strangers
from whence.domain.access import Principal
from whence.domain.entity import Entity, TagTest
from whence.domain.errors import Invalid


class Targets:
    """The entities that some targets name or match, as they were when looked up."""

    def __init__(self, named: dict[str, Entity], matching: dict[str, list[Entity]]) -> None:
        self._named = named
        self._matching = matching

    @classmethod
    async def look_up(cls, catalog: Catalog, by: Principal, targets: Sequence[wire.TargetIn]) -> Self:
        """Those of the targets: one question for all the names, and one for each different rule."""
        if all(target.entities is None and target.match is None for target in targets):
            return cls({}, {})
        names = sorted({name for target in targets for name in target.entities or ()})
        rules = {rule.model_dump_json(): rule for target in targets for rule in target.match or ()}
        named = await catalog.named(by, names) if names else {}
        return cls(named, {text: await matching(catalog, by, rule) for text, rule in rules.items()})

    @property
    def names(self) -> Collection[str]:
        """Those names in the targets that entities have."""
        return self._named.keys()

    def entities(self, target: wire.TargetIn) -> list[Entity] | None:
        """The entities that the target names or matches; None when it has a scope, or says nothing.

        Raises:
            Invalid: it says more than one thing, or a name is no entity's.
        """
        require_one_target(target)
        if target.entities is not None:
            return self._all(target.entities)
        if target.match is not None:
            found = (e for rule in target.match for e in self._matching[rule.model_dump_json()])
            return list({entity.id: entity for entity in found}.values())
        return None

    def _all(self, names: Sequence[str]) -> list[Entity]:
        if missing := strangers([(f"entities[{n}]", name) for n, name in enumerate(names)], self._named):
            raise Invalid(missing)
        return [self._named[name] for name in names]


async def matching(catalog: Catalog, by: Principal, rule: wire.MatchIn) -> list[Entity]:
    """The entities that the rule means."""
    tests = [TagTest(context=tag.context, key=tag.key, value=tag.value) for tag in rule.tags]
    return await catalog.tagged(by, rule.types, tests)
