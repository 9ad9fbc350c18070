"""The types that entities have, as a list and one by one. Source: DESK contract 3.3."""

from typing import Final

from whence.dialects import Context
from whence.dialects.desk.catalogue_page import Listing, listed, one_of
from whence.dialects.desk.gate import Routes, Scope
from whence.dialects.desk.options import Options
from whence.dialects.desk.vocabulary import ENTITY_TYPES

PATH: Final = "/api/v2/entityTypes"

_TYPES: Final = Listing(name="types", scope=Scope.READ_ENTITIES, page=50, largest_page=500)


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part has the same signature
    """The endpoints of this part."""
    types = {name: {"type": name, "displayName": shown(name)} for name in sorted(ENTITY_TYPES)}
    return {
        ("GET", PATH): listed(context, _TYPES, list(types.values())),
        ("GET", PATH + "/{name}"): one_of(context, "entity type", Scope.READ_ENTITIES, types),
    }


def shown(name: str) -> str:
    """The type in words."""
    return name.replace("_", " ").capitalize()
