"""Whose causes are to be looked for, and what was found: who looks, and when again."""

from datetime import datetime
from enum import IntEnum
from typing import Final, LiteralString
from uuid import UUID

from whence.domain.cause import Ranking
from whence.domain.problem import Problem
from whence.store import codec
from whence.store.pool import Reader, Writer
from whence.store.problems import COLUMNS, problem

# Of what goes on and was explained: when anything was told since, or so long ago that relations may have changed. What
# is due and is none of that costs a look at an index, and no more.
_MORE_IS_KNOWN: Final[LiteralString] = """
    (p.explained_at is null or p.closed_at is not null or p.updated_at > p.explained_at
    or p.explained_at < $2::timestamptz - interval '5 minutes'
    or exists (select from feed_head h where h.account_id = p.account_id and h.position <> p.explained_position))
"""
# As `Urgency` has it.
_URGENCY: Final[LiteralString] = """
    case when p.explained_at is null then 0 when p.updated_at > p.explained_at then 1 else 2 end
"""
_UNEXPLAINED_ACCOUNTS: Final[LiteralString] = f"""
    select distinct p.account_id from problem p
    where p.account_id > $1 and p.explain_at is not null and p.explain_at <= $2
    and {_URGENCY} = $4 and {_MORE_IS_KNOWN}
    and exists (select from account a where a.account_id = p.account_id and a.deleted_at is null)
    order by p.account_id limit $3
"""
# Whoever takes them has until then to say what he found; after that somebody else looks. First what goes on: of what is
# over, a history that somebody imports has any number. And of that what nobody has looked at yet, then what was asked
# for: were it always what has changed, a storm that changes some all the time would leave no turn to the others.
# Materialized: where a plan asks for them once for each problem, each time those that were claimed are passed over, and
# the next ones are claimed as well.
_CLAIM: Final[LiteralString] = f"""
    with claimed as materialized (
        select p.problem_id from problem p where p.account_id = $1 and p.explain_at <= $2 and {_MORE_IS_KNOWN}
        order by p.closed_at is not null, p.explained_at is not null, {_URGENCY} <> $5, p.explain_at, p.problem_id
        limit $4 for update skip locked
    )
    update problem p set explain_at = $3 from claimed where p.account_id = $1 and p.problem_id = claimed.problem_id
    returning {COLUMNS}
"""
_EXPLAIN: Final = """
    update problem set causes = $3, is_likely = $4, explained_at = $5, explained_position = $6,
        updated_at = case when $9 then greatest(updated_at, $5) else updated_at end,
        explain_at = case when explain_at = $7 then $8 else explain_at end
    where account_id = $1 and problem_id = $2 and merged_into is null
"""


class Urgency(IntEnum):
    """Why the causes of a problem are to be looked for."""

    NEVER = 0  # nobody has looked yet
    CHANGED = 1  # it has changed since somebody looked
    AGAIN = 2  # more may be known of what it is about


async def accounts_unexplained(db: Reader, *, now: datetime, after: UUID, limit: int, urgency: Urgency) -> list[UUID]:
    """The accounts behind `after` with problems whose causes are to be looked for, as urgently as that."""
    return [row["account_id"] for row in await db.rows(_UNEXPLAINED_ACCOUNTS, after, now, limit, urgency)]


async def claim_unexplained(
    db: Writer, account: UUID, *, now: datetime, until: datetime, limit: int, urgency: Urgency
) -> list[Problem]:
    """Problems whose causes are to be looked for, left alone by others until then.

    First those that were never explained, then those that are as urgent as that, then others.
    """
    return [problem(row) for row in await db.rows(_CLAIM, account, now, until, limit, urgency)]


async def explain(
    db: Writer,
    account: UUID,
    problem_id: UUID,
    found: Ranking,
    *,
    at: datetime,
    position: int,
    claimed: datetime,
    again: datetime | None,
    is_news: bool,
) -> None:
    """The problem has these causes; it is looked at `again`, or as soon as it changed since it was claimed."""
    text = codec.causes_text(found.causes)
    await db.execute(_EXPLAIN, account, problem_id, text, found.likely, at, position, claimed, again, is_news)
