"""Puts the tables on the nodes of a Citus cluster, and tells of each."""

from whence.cli.failure import CommandError
from whence.cli.output import say
from whence.server import connected
from whence.settings import Settings
from whence.store import distribute, migrate
from whence.store.distribute import DistributionError, Step

_REMEDIES = "install Citus on every node, `create extension citus` in the database, stop every server, and try again"


async def spread(asked: Settings) -> None:
    """Every table is where it belongs after the call.

    Raises:
        CommandError: the schema is not that of this release, the extension is absent, or servers run.
    """
    async with connected(asked) as pool:
        if missing := await migrate.pending(pool):
            raise CommandError(f"{len(missing)} migrations are missing", remedy="whence db upgrade")

        def done(step: Step) -> None:
            say(f"distributed {step.what}")

        try:
            count = await distribute.distribute(pool, done=done)
        except DistributionError as exc:
            raise CommandError(str(exc), remedy=_REMEDIES) from exc
    say(f"the tables are distributed by account_id: {count} put in their place, the others were there")
