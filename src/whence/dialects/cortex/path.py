"""What the segments of a path name: an entity, an event, a document of the account.

Routes are found by the path as it was sent, so that a tag may hold slashes; each segment is decoded once, here.
Source: Cortex contract A3.
"""

import re
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cortex.fields import shown
from whence.dialects.request import text_faults
from whence.domain.access import Principal
from whence.domain.document import Document
from whence.domain.entity import Entity
from whence.domain.errors import Invalid, NotFound
from whence.domain.filter import EntityFilter

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def entity(context: Context, by: Principal, request: Request, parameter: str = "tag_or_id") -> Entity:
    """The entity that the segment is the tag of, else the generated id of; archived ones too.

    Raises:
        NotFound: there is none such.
    """
    return await entity_named(context, by, segment(request, parameter))


async def entity_named(context: Context, by: Principal, name: str) -> Entity:
    """The entity with this tag, else with this generated id. Raises as `entity`."""
    if text_faults(name):
        raise NotFound("entity", legible(name))
    found = (await context.catalog.named(by, [name])).get(name)
    if found is not None and found.tag != name:
        # The house looks a name up among ids and aliases first; here a tag comes before all of them.
        tagged = await context.catalog.page(by, EntityFilter(tags=(name,), archived=None), cursor=None, limit=1)
        found = next(iter(tagged.items), found)
    if found is None or name not in {found.tag, found.cid}:
        raise NotFound("entity", name)
    return found


async def document(
    context: Context, by: Principal, request: Request, parameter: str, *, kind: str, noun: str
) -> Document:
    """The document of that kind, which belongs to no entity, that the segment is the key of.

    Raises:
        NotFound: there is no such `noun`.
    """
    key = segment(request, parameter)
    found = None if text_faults(key) else await context.documents.get(by, None, kind, key)
    if found is None:
        raise NotFound(noun, legible(key))
    return found


def uuid(request: Request, parameter: str = "uuid") -> UUID:
    """The UUID in the segment, in whatever case.

    Raises:
        Invalid: it is none.
    """
    text = segment(request, parameter)
    if not _UUID.fullmatch(text):
        raise Invalid.at("", f"Invalid UUID: {shown(legible(text))}")
    return UUID(text)


def segment(request: Request, parameter: str) -> str:
    """The segment as it was meant; lone surrogates stand for what is no UTF-8."""
    return unquote(request.path_params[parameter], errors="surrogateescape")


def legible(segment: str) -> str:
    """The segment as an answer can say it: with U+FFFD for what is no UTF-8."""
    return segment.encode(errors="surrogateescape").decode(errors="replace")
