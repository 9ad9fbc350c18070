"""Makes, lists, changes and deletes accounts in the database, without a server."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from whence.accounts import Accounts
from whence.cli.failure import CommandError, Exit
from whence.cli.house import has_database
from whence.dialects.native import encode
from whence.dialects.native.encode import Json
from whence.domain.access import Account
from whence.server import database
from whence.settings import Settings

T = TypeVar("T")


async def work(asked: Settings, do: Callable[[Accounts], Awaitable[T]], *, makes: bool = False) -> T:
    """What the accounts of the settings' database give.

    Args:
        makes: a database too, where none is yet.

    Raises:
        CommandError: none is where the settings say.
    """
    if not makes and not has_database(asked):
        raise CommandError(
            f"there is no database in {asked.data_dir}",
            remedy="--data-dir or WHENCE_DATA_DIR names another; `whence serve` makes one",
            code=Exit.UNREACHABLE,
        )
    async with database(asked) as pool:
        return await do(Accounts(pool, retention=timedelta(days=asked.retention_days)))


def shown(asked: Settings, account: Account) -> Json:
    """The account for programs, as the API has it."""
    return encode.account(account, installation=timedelta(days=asked.retention_days), now=datetime.now(UTC))
