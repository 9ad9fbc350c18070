"""Problems as a test sees them: after everything that waits has been looked at."""

from datetime import timedelta
from typing import Final

import anyio

from tests.tenants import Tenant
from whence.correlate.problems import Rules
from whence.domain.problem import Problem, ProblemFilter
from whence.grouping import Grouping

_SOON: Final = timedelta(seconds=60)
_WAITING: Final = """
    select from alert where account_id = $1 and group_at <= $2
    union all select from problem where account_id = $1 and is_stale
"""
_REGROUP: Final = "update alert set group_at = now() where account_id = $1"


async def settle(tenant: Tenant, grouping: Grouping | None = None) -> None:
    """Nothing of the account waits to be grouped, as `grouping` has the time; others may have done it."""
    mine = grouping or Grouping(tenant.house.pool, rules=Rules())
    with anyio.fail_after(_SOON.total_seconds()):
        while True:
            await mine.turn()
            async with tenant.house.pool.reader() as db:
                if not await db.rows(_WAITING, tenant.admin.account_id, mine.now()):
                    return


async def regroup(tenant: Tenant) -> None:
    """Every alert of the account is looked at again."""
    async with tenant.house.pool.transaction() as db:
        await db.execute(_REGROUP, tenant.admin.account_id)
    await settle(tenant)


async def problems_of(tenant: Tenant) -> list[Problem]:
    """The account's problems, the last opened first."""
    page = await tenant.house.context.problems.page(tenant.admin, ProblemFilter(), cursor=None, limit=1000)
    return list(page.items)


async def told(tenant: Tenant) -> set[frozenset[str]]:
    """The titles of the alerts in each problem."""
    ids = [problem.id for problem in await problems_of(tenant)]
    members = await tenant.house.context.problems.alerts_of(tenant.admin, ids, each=100)
    return {frozenset(alert.title for alert in those) for those in members.values()}
