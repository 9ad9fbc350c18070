"""Applies the migrations that are missing, and tells of each."""

from whence.cli.output import progress, say
from whence.server import connected
from whence.settings import Settings
from whence.store import migrate
from whence.store.migrate import Migration


async def upgrade(asked: Settings) -> None:
    """The schema is that of this release after the call."""
    async with connected(asked) as pool:
        missing = await migrate.pending(pool)
        with progress("Migrations", len(missing)) as advance:

            def done(migration: Migration) -> None:
                say(f"applied {migration.number:04d} {migration.name.replace('_', ' ')}")
                advance(1)

            await migrate.upgrade(pool, done=done)
    say(f"the schema is up to date: {len(missing)} applied, {len(list(migrate.migrations()))} in all")
