"""How much of an entity an answer shows, as the query of a call asks for it.

Source: Cortex contract B1.4.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from whence.dialects.cortex.query import Query

DEEPEST: Final = 50  # levels of a hierarchy, which is nested in the answer: clients stop reading at a hundred brackets
_FULL: Final = "full"
_WHOLE: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown beside what always is. `archived`: among relatives, too. `depth`: levels of the hierarchy."""

    links: bool = True
    metadata: bool = True
    slack: bool = True
    ownership: bool = True
    owners: bool = False
    members: bool = False
    archived: bool = False
    groups_of_relatives: bool = False
    depth: int = DEEPEST

    @classmethod
    def in_details(cls, query: Query) -> Self:
        """What the details of one entity show; what is wrong is a fault of the query."""
        return cls(
            owners=query.flag("includeOwners"),
            members="team:members" in query.listed("includeNestedFields"),
            groups_of_relatives="groups" in query.listed("includeHierarchyFields"),
            depth=_depth(query),
        )

    @classmethod
    def in_lists(cls, query: Query) -> Self:
        """What the rows of a list show; what is wrong is a fault of the query."""
        return cls(
            links=query.flag("includeLinks"),
            metadata=query.flag("includeMetadata"),
            slack=query.flag("includeSlackChannels"),
            ownership=False,
            owners=query.flag("includeOwners"),
            members="team:members" in query.listed("includeNestedFields"),
            archived=query.flag("includeArchived"),
            groups_of_relatives="groups" in query.listed("includeHierarchyFields"),
            depth=_depth(query),
        )


def _depth(query: Query) -> int:
    text = query.one("hierarchyDepth") or _FULL
    if _WHOLE.fullmatch(text):
        return min(int(text), DEEPEST)
    if text.lower() != _FULL:
        query.fault("hierarchyDepth", f"must be {_FULL} or a whole number")
    return DEEPEST
