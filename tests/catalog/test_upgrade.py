"""Entities from before their tags had an index."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest

from tests.acceptance.server import directory
from tests.builders import entity
from whence.domain.entity import Tag, TagRule, TagTest
from whence.server import connected
from whence.settings import Settings
from whence.store import entities, migrate
from whence.store.migrate import Migration, migrations

_TAGS: Final = 3  # the number of the migration
_ACCOUNT: Final = UUID(int=1)
_OPEN: Final = "insert into account (account_id, name, secret) values ($1, 'default', '')"


def before() -> Iterator[Migration]:
    """The migrations of the releases before."""
    return (migration for migration in migrations() if migration.number < _TAGS)


async def test_every_entity_has_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that stood, and those written or changed by what names no keys, as the release before does."""
    tags = (Tag(context="É", key="k:", value="%\\"), Tag(key="k"))
    asked = [TagRule(tags=((TagTest(context=tag.context, key=tag.key, value=tag.value),),)) for tag in tags]
    asked.append(TagRule(tags=((TagTest(key="k"),),)))
    stood, changed = entity("stood", tags=tags), entity("changed", tags=tags)
    with directory() as home:
        settings = Settings.model_validate({"data_dir": home / "data", "database_url": None})  # whatever others run on
        async with connected(settings) as pool:
            with monkeypatch.context() as patched:
                patched.setattr(migrate, "migrations", before)
                await migrate.upgrade(pool)
            async with pool.transaction() as db:
                await db.execute(_OPEN, _ACCOUNT)
                await entities.upsert(db, _ACCOUNT, [stood, changed, entity("bare")])

            await migrate.upgrade(pool)

            async with pool.transaction() as db:
                await entities.upsert(db, _ACCOUNT, [replace(changed, tags=()), entity("new", tags=tags)])
            async with pool.reader() as db:
                found = [await entities.matching(db, _ACCOUNT, [rule], limit=None) for rule in asked]

    assert [sorted(e.name for e in answer) for answer in found] == [["new", "stood"]] * 3
