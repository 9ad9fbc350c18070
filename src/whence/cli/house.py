"""For the commands that open the database themselves: the settings, and what may go wrong, explained."""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import TypeVar

import asyncpg

from whence.cli.failure import CommandError, Exit
from whence.domain.errors import Refusal, Unavailable
from whence.embedded import EmbeddedError
from whence.embedded.cluster import Cluster
from whence.settings import Settings, SettingsError, load
from whence.sockets import ListenError
from whence.store.migrate import SchemaError
from whence.telemetry import configure_logging

T = TypeVar("T")


def settings(**given: object) -> Settings:
    """The settings in force.

    Raises:
        CommandError: one of them is wrong.
    """
    try:
        asked = load(**given)
    except SettingsError as exc:
        raise CommandError(str(exc), remedy="mend the setting that is named", code=Exit.USAGE) from exc
    configure_logging(asked.log_format, level=logging.WARNING)  # who wants a result reads no log
    return asked


def has_database(asked: Settings) -> bool:
    """Whether there is one where the settings say. Of one elsewhere, or where we may not look, who opens it is told."""
    try:
        return asked.database_url is not None or Cluster(asked.data_dir).pgdata.exists()
    except OSError:
        return True


def finish(asked: Settings, work: Coroutine[None, None, T]) -> T:
    """What the work gives. Raises as `explained`."""
    with explained(asked):
        return asyncio.run(work)


@contextmanager
def explained(asked: Settings) -> Generator[None]:
    """What keeps the house from opening becomes a `CommandError` with a remedy."""
    try:
        yield
    except SettingsError as exc:  # what only the dialect that it is for could tell
        raise CommandError(str(exc), remedy="mend the setting that is named", code=Exit.USAGE) from exc
    except ListenError as exc:
        raise CommandError(str(exc), remedy=_elsewhere(exc.setting)) from exc
    except EmbeddedError as exc:
        raise CommandError(str(exc), remedy="whence doctor", code=Exit.UNREACHABLE) from exc
    except SchemaError as exc:
        raise CommandError(str(exc), remedy="run the newest release that has used this database") from exc
    except Unavailable as exc:
        where = "WHENCE_DATABASE_URL" if asked.database_url else f"the PostgreSQL in {asked.data_dir}"
        cause = f" ({exc.__cause__})" if exc.__cause__ is not None and str(exc.__cause__) else ""
        raise CommandError(
            f"the database of {where} cannot be reached{cause}", remedy="whence doctor", code=Exit.UNREACHABLE
        ) from exc
    except asyncpg.PostgresError as exc:  # a wrong password, a database that is not there
        raise CommandError(f"PostgreSQL refuses: {exc}", remedy="whence doctor", code=Exit.UNREACHABLE) from exc
    except Refusal as exc:
        raise CommandError(str(exc)) from exc


def _elsewhere(setting: str) -> str:
    variable = f"WHENCE_{setting.upper()}"
    if setting == "host":
        return f"--host 0.0.0.0 listens on all addresses; {variable} sets another"
    if setting == "metrics_port":  # which is no option of a command
        return f"{variable} sets another port"
    return f"--{setting.replace('_', '-')} 0 takes any free port; {variable} sets another"
