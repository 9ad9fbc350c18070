"""How projects treat their alerts, as rows."""

from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.project import Project
from whence.store.pool import Reader, Writer

_COLUMNS: Final[LiteralString] = "project, workspace, recovers, only_high, is_removed, created_at"
_EVERY: Final[LiteralString] = f"select {_COLUMNS} from project where account_id = $1 order by created_at, project"
_GET: Final[LiteralString] = f"select {_COLUMNS} from project where account_id = $1 and project = $2"
_ENSURE: Final = """
    insert into project (account_id, project, workspace, recovers, only_high, is_removed, created_at)
    values ($1, $2, $3, $4, $5, false, $6) on conflict (account_id, project) do nothing
"""
_LOCK: Final[LiteralString] = f"{_GET} for update"
_UPDATE: Final = """
    update project set workspace = $3, recovers = $4, only_high = $5, is_removed = $6, created_at = $7
    where account_id = $1 and project = $2
"""


async def every(db: Reader, account: UUID) -> list[Project]:
    """Every project that somebody set or used, those that were removed among them; oldest first."""
    return [_project(row) for row in await db.rows(_EVERY, account)]


async def get(db: Reader, account: UUID, project: str) -> Project | None:
    """What the account says of the project, if it says anything."""
    row = await db.row(_GET, account, project)
    return _project(row) if row else None


async def ensure(db: Writer, account: UUID, project: Project) -> Project:
    """What the account says of the project, locked; what is given if it had said nothing."""
    given = project
    await db.execute(
        _ENSURE, account, given.id, given.workspace, given.recovers, given.only_high, given.created_at
    )  # fmt: skip
    row = await db.row(_LOCK, account, given.id)
    return _project(row) if row else given


async def update(db: Writer, account: UUID, project: Project) -> None:
    """The project, which has a row, is treated as given."""
    await db.execute(
        _UPDATE, account, project.id, project.workspace, project.recovers, project.only_high, project.is_removed,
        project.created_at,
    )  # fmt: skip


def _project(row: asyncpg.Record) -> Project:
    return Project(
        id=row["project"],
        workspace=row["workspace"],
        recovers=row["recovers"],
        only_high=row["only_high"],
        is_removed=row["is_removed"],
        created_at=row["created_at"],
    )
