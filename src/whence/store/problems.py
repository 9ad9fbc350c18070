"""Problems as rows: lists of them, one by any of its names, what people say of them; and their alerts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.alert import Alert
from whence.domain.errors import NotFound
from whence.domain.event import Severity
from whence.domain.problem import Comment, Problem, ProblemFilter, ProblemState
from whence.store import affected, alerts, codec
from whence.store.pool import Reader, Writer
from whence.store.where import Where

COLUMNS: Final[LiteralString] = """
    p.problem_id, p.number, p.code, p.named_at, p.opened_at, p.closed_at, p.is_sealed, p.severity, p.title,
    p.alert_count, p.types, p.dialects, p.entity_ids, p.merged_into, p.updated_at, p.comment_count, p.causes,
    p.is_likely, p.explained_at
"""
_SOME: Final[LiteralString] = (
    f"select {COLUMNS} from problem p where p.account_id = $1 and p.problem_id = any($2::uuid[])"
)
_GET: Final[LiteralString] = f"select {COLUMNS} from problem p where p.account_id = $1 and p.problem_id = $2"
_CODED: Final[LiteralString] = f"select {COLUMNS} from problem p where p.account_id = $1 and p.code = $2"
_NUMBERED: Final[LiteralString] = f"select {COLUMNS} from problem p where p.account_id = $1 and p.number = $2"
# The newest alert of each key that is in a problem.
_OF_KEYS: Final = """
    select distinct on (key) key, problem_id from alert
    where account_id = $1 and key = any($2::text[]) and problem_id is not null
    order by key, opened_at desc, alert_id desc
"""
# The turn of the account: who holds it is the only one who changes problems and which alerts they have.
_TURN: Final = """
    insert into problem_head (account_id, number) values ($1, 0)
    on conflict (account_id) do update set number = problem_head.number
    returning number
"""
_FORGET: Final = """
    delete from problem where account_id = $1 and problem_id in (
        select p.problem_id from problem p where p.account_id = $1 and p.opened_at < $2 and not exists (
            select from alert a where a.account_id = $1 and a.problem_id = p.problem_id
        ) order by p.opened_at limit $3
    ) returning problem_id
"""
_COMMENTS: Final = """
    select comment_id, problem_id, code, created_at, author, context, body from problem_comment
    where account_id = $1 and problem_id = any($2::uuid[]) order by created_at, comment_id
"""
_COMMENT: Final = """
    insert into problem_comment (account_id, comment_id, problem_id, code, created_at, author, context, body)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_REPHRASE: Final = """
    update problem_comment set author = $4, context = $5, body = $6
    where account_id = $1 and problem_id = $2 and comment_id = $3
"""
_UNSAY: Final = "delete from problem_comment where account_id = $1 and problem_id = $2 and comment_id = $3"
_COUNT_COMMENTS: Final = """
    update problem set updated_at = $3, comment_count = (
        select count(*) from problem_comment c where c.account_id = $1 and c.problem_id = $2
    ) where account_id = $1 and problem_id = $2
"""
_OPEN_OF: Final = """
    select alert_id from alert where account_id = $1 and problem_id = $2 and closed_at is null order by key
"""
# What has expired has ended for a reader, whether or not somebody came by to close it.
_UNATTENDED: Final = """
    select problem_id, count(*) as alerts from alert
    where account_id = $1 and problem_id = any($2::uuid[]) and closed_at is null and acknowledged_at is null
    and (expires_at is null or expires_at > $3)
    group by problem_id
"""


async def some(db: Reader, account: UUID, problem_ids: Sequence[UUID]) -> dict[UUID, Problem]:
    """Those of the problems that there are."""
    found = (problem(row) for row in await db.rows(_SOME, account, list(problem_ids)))
    return {one.id: one for one in found}


async def require(db: Reader, account: UUID, problem_id: UUID) -> Problem:
    """The problem.

    Raises:
        NotFound: the account has no such problem.
    """
    return _found(await db.row(_GET, account, problem_id), problem_id)


async def coded(db: Reader, account: UUID, code: int) -> Problem:
    """The problem with the code. Raises as `require`."""
    return _found(await db.row(_CODED, account, code), code)


async def numbered(db: Reader, account: UUID, number: int) -> Problem:
    """The problem with the number. Raises as `require`."""
    return _found(await db.row(_NUMBERED, account, number), f"P-{number}")


async def page(
    db: Reader, account: UUID, asked: ProblemFilter, *, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[Problem]:
    """At most `limit` problems, the last opened first, behind the (opened_at, id) `after`."""
    where = _where(account, asked, now)
    if after is not None:
        where.add("(p.opened_at, p.problem_id) < (?, ?)", *after)
    take = where.bind(limit)
    rows = await db.rows(
        f"""
        select {COLUMNS} from problem p where p.account_id = $1 and {where.text}
        order by p.opened_at desc, p.problem_id desc limit {take}
        """,
        *where.args,
    )
    return [problem(row) for row in rows]


async def window(
    db: Reader, account: UUID, asked: ProblemFilter, *, now: datetime, skip: int, limit: int, still_first: bool
) -> list[Problem]:
    """At most `limit` problems behind the first `skip`, the last opened first; with `still_first`, open ones before."""
    where = _where(account, asked, now)
    take, behind = where.bind(limit), where.bind(skip)
    order: LiteralString = "(p.closed_at is null) desc, " if still_first else ""
    rows = await db.rows(
        f"""
        select {COLUMNS} from problem p where p.account_id = $1 and {where.text}
        order by {order} p.opened_at desc, p.problem_id desc limit {take} offset {behind}
        """,
        *where.args,
    )
    return [problem(row) for row in rows]


async def count(db: Reader, account: UUID, asked: ProblemFilter, *, now: datetime) -> int:
    """How many problems are asked for."""
    where = _where(account, asked, now)
    row = await db.row(
        f"select count(*) as problems from problem p where p.account_id = $1 and {where.text}", *where.args
    )
    return row["problems"] if row else 0


async def alerts_of(db: Reader, account: UUID, problem_ids: Sequence[UUID], *, each: int) -> dict[UUID, list[Alert]]:
    """The first `each` alerts of each problem, those that count from earlier on first."""
    rows = await db.rows(
        f"""
        select {alerts.COLUMNS} from unnest($2::uuid[]) as asked (problem_id) cross join lateral (
            select * from alert a where a.account_id = $1 and a.problem_id = asked.problem_id
            order by a.since, a.alert_id limit $3
        ) a order by a.since, a.alert_id
        """,
        account,
        list(problem_ids),
        each,
    )
    found: dict[UUID, list[Alert]] = {problem_id: [] for problem_id in problem_ids}
    for row in rows:
        found[row["problem_id"]].append(alerts.alert(row))
    return found


async def unattended(db: Reader, account: UUID, found: Collection[Problem], *, now: datetime) -> dict[UUID, int]:
    """How many alerts of each problem go on that nobody acknowledged; none of what is over or part of another."""
    counts = {one.id: 0 for one in found}
    going_on = [one.id for one in found if one.state is ProblemState.OPEN]
    rows = await db.rows(_UNATTENDED, account, going_on, now) if going_on else []
    return counts | {row["problem_id"]: row["alerts"] for row in rows}


async def of_keys(db: Reader, account: UUID, keys: Sequence[str]) -> dict[str, UUID]:
    """The problem that the newest alert of each key belongs to; keys that never had any are left out."""
    return {row["key"]: row["problem_id"] for row in await db.rows(_OF_KEYS, account, list(keys))}


async def turn(db: Writer, account: UUID) -> int:
    """The last number given; until the transaction ends nobody else changes the account's problems."""
    row = await db.row(_TURN, account)
    return row["number"] if row else 0


async def open_alerts(db: Writer, account: UUID, problem_id: UUID) -> list[Alert]:
    """Those of the problem's alerts that have not ended, locked in the order of their keys."""
    ids = [row["alert_id"] for row in await db.rows(_OPEN_OF, account, problem_id)]
    return [one for one in await alerts.locked(db, account, ids) if one.closed_at is None]


async def forget(db: Writer, account: UUID, *, before: datetime, limit: int) -> bool:
    """Problems that opened before and have no alert any more are gone, with what was said of them.

    At most `limit` of them; False when there were none.
    """
    return bool(await db.rows(_FORGET, account, before, limit))


async def comments(db: Reader, account: UUID, problem_ids: Sequence[UUID]) -> dict[UUID, list[Comment]]:
    """What was said of each problem, in the order in which it was."""
    found: dict[UUID, list[Comment]] = {problem_id: [] for problem_id in problem_ids}
    for row in await db.rows(_COMMENTS, account, list(problem_ids)):
        found[row["problem_id"]].append(_comment(row))
    return found


async def comment(db: Writer, account: UUID, said: Comment) -> None:
    """It is said."""
    await db.execute(
        _COMMENT, account, said.id, said.problem_id, said.code, said.at, said.author, said.context, said.text
    )
    await db.execute(_COUNT_COMMENTS, account, said.problem_id, said.at)


async def rephrase(db: Writer, account: UUID, said: Comment) -> None:
    """It is said in these words instead."""
    await db.execute(_REPHRASE, account, said.problem_id, said.id, said.author, said.context, said.text)


async def unsay(db: Writer, account: UUID, said: Comment, *, at: datetime) -> None:
    """It is no longer said."""
    await db.execute(_UNSAY, account, said.problem_id, said.id)
    await db.execute(_COUNT_COMMENTS, account, said.problem_id, at)


def problem(row: asyncpg.Record) -> Problem:
    """The problem of a row that has `COLUMNS`."""
    return Problem(
        id=row["problem_id"],
        number=row["number"],
        code=row["code"],
        named_at=row["named_at"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        is_sealed=row["is_sealed"],
        severity=Severity(row["severity"]),
        title=row["title"],
        alert_count=row["alert_count"],
        types=tuple(row["types"]),
        dialects=tuple(row["dialects"]),
        entity_ids=tuple(row["entity_ids"]),
        merged_into=row["merged_into"],
        updated_at=row["updated_at"],
        comment_count=row["comment_count"],
        causes=codec.causes_value(row["causes"]),
        is_likely=row["is_likely"],
        explained_at=row["explained_at"],
    )


def _found(row: asyncpg.Record | None, name: object) -> Problem:
    if row is None:
        raise NotFound("problem", name)
    return problem(row)


def _comment(row: asyncpg.Record) -> Comment:
    return Comment(
        id=row["comment_id"],
        problem_id=row["problem_id"],
        code=row["code"],
        at=row["created_at"],
        author=row["author"],
        context=row["context"],
        text=row["body"],
    )


def _where(account: UUID, asked: ProblemFilter, now: datetime) -> Where:
    where = Where(account)
    if not asked.merged:
        where.add("p.merged_into is null and p.alert_count > 0")
    if asked.window is not None:
        where.add("p.opened_at <= ?", asked.window.end)
        where.add("(p.closed_at is null or p.closed_at >= ?)", asked.window.start)
    if asked.turning is not None:
        ends = asked.turning.start, asked.turning.end
        where.add(
            "((p.opened_at >= ? and p.opened_at <= ?) or (p.closed_at >= ? and p.closed_at <= ?)"
            " or (p.closed_at is null and ?::boolean))",
            *ends,
            *ends,
            ends[0] <= now <= ends[1],
        )
    if len(states := set(asked.states)) == 1:
        where.add("(p.closed_at is null) = ?", states == {ProblemState.OPEN})
    columns: tuple[tuple[LiteralString, Sequence[str] | None], ...] = (
        ("p.severity = any(?::text[])", asked.severities or None),
        ("p.types && ?::text[]", asked.types or None),
        ("p.dialects && ?::text[]", asked.dialects or None),
        ("p.entity_ids && ?::text[]", asked.entity_ids),
    )
    for condition, values in columns:
        if values is not None:
            where.add(condition, [str(value) for value in values])
    if asked.keys:
        where.add(
            "p.problem_id in (select a.problem_id from alert a where a.account_id = $1 and a.key = any(?::text[]))",
            list(asked.keys),
        )
    for word in asked.words:
        where.add("strpos(lower(p.title), lower(?)) > 0", word)
    if asked.affecting is not None:
        affected.condition(where, asked.affecting)
    return where


async def ids(db: Reader, account: UUID, numbers: Sequence[int]) -> dict[int, UUID]:
    """The id of each problem with one of the numbers."""
    rows = await db.rows(
        "select number, problem_id from problem where account_id = $1 and number = any($2::integer[])",
        account,
        list(numbers),
    )
    return {row["number"]: row["problem_id"] for row in rows}


async def alerts_through(
    db: Reader, account: UUID, problem_ids: Sequence[UUID], dialects: Sequence[str], *, each: int
) -> dict[UUID, list[Alert]]:
    """As `alerts_of`, those alone that came in through one of the dialects."""
    rows = await db.rows(
        f"""
        select {alerts.COLUMNS} from unnest($2::uuid[]) as asked (problem_id) cross join lateral (
            select * from alert a
            where a.account_id = $1 and a.problem_id = asked.problem_id and a.dialect = any($3::text[])
            order by a.since, a.alert_id limit $4
        ) a order by a.since, a.alert_id
        """,
        account,
        list(problem_ids),
        list(dialects),
        each,
    )
    found: dict[UUID, list[Alert]] = {problem_id: [] for problem_id in problem_ids}
    for row in rows:
        found[row["problem_id"]].append(alerts.alert(row))
    return found
