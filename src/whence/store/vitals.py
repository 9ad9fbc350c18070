"""How the database is: its release and its clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from whence.store.pool import Pool

_VITALS: Final = "select current_setting('server_version_num')::int as release, clock_timestamp() as at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """`release`: as PostgreSQL numbers itself, 180001 for 18.1; `at`: what its clock says."""

    release: int
    at: datetime


async def vitals(pool: Pool) -> Vitals:
    """What the database says of itself now."""
    async with pool.reader() as db:
        row = await db.row(_VITALS)
    assert row is not None  # noqa: S101  a select of constants has one
    return Vitals(release=row["release"], at=row["at"])
