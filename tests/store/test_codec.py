"""What goes into a column comes out of it."""

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given

from tests.builders import draft
from tests.strategies import links, objects, scopes
from tests.tenants import Tenant
from whence.domain.entity import Draft, Tag
from whence.domain.link import Link
from whence.domain.scope import Scope
from whence.store import codec


@given(scope=scopes)
def test_a_scope_comes_back(scope: Scope) -> None:
    """The same clauses in the same order; the most common one takes no room."""
    assert codec.scope_value(codec.scope_text(scope)) == scope


@given(given_links=links)
def test_links_come_back(given_links: tuple[Link, ...]) -> None:
    """Titles and addresses, in order."""
    assert codec.links_value(codec.links_text(given_links)) == given_links


@given(properties=objects)
def test_properties_come_back(properties: Mapping[str, object]) -> None:
    """Values, their types, the order and the spelling of keys."""
    text = codec.object_text(properties)

    again: object = codec.json_value(text or "{}")

    assert repr(again) == repr(properties)


HURTFUL: Final = [
    "a",
    "É",
    "İ",
    "ß",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "a b",
    "a/b",
    "{a,b}",
    "NULL",
    "\n",
    "\u2028",
    "😀",
    "é",
]


@pytest.mark.parametrize("text", HURTFUL)
async def test_an_entity_comes_back(tenant: Tenant, text: str) -> None:
    """Every field of it, by each of its names."""
    sent: Draft = draft(
        text,
        tag=f"tag {text}",
        cluster=text,
        namespace=text,
        description=text,
        aliases=(f"alias {text}", f"other {text}"),
        tags=(Tag(context=text, key=text, value=text), Tag(key="k")),
        links=(Link(title=text, url="https://example.org/"),),
        properties={text: [text, {text: None}]},
    )

    (entity,) = await tenant.register(sent)

    for name in (entity.id, entity.cid, entity.tag, *entity.aliases):
        assert await tenant.house.context.catalog.require(tenant.admin, name) == entity
    for field in ("name", "cluster", "namespace", "description", "aliases", "tags", "links", "properties", "tag"):
        assert getattr(entity, field) == getattr(sent, field)
