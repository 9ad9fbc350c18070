"""Rules as rows, and their order: the rules of one workspace or project are numbered from 1 without gaps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from whence.domain.rule import Actions, Comparison, Policy, Rule, RuleCondition
from whence.domain.ticket import Urgency
from whence.store import codec
from whence.store.pool import Reader, Writer

_COLUMNS: Final[LiteralString] = """
    r.rule_id, r.workspace, r.project, r.position, r.name, r.policy, r.conditions, r.actions, r.stops, r.tags,
    r.created_at
"""
_AT_WORK: Final[LiteralString] = f"""
    select {_COLUMNS}, target.project is not null as is_barred
    from rule r left join project target on target.account_id = $1 and target.project = r.actions ->> 'project'
        and (target.is_removed or target.workspace <> r.workspace)
    where r.account_id = $1 and r.workspace = any($2::text[])
    order by r.workspace, r.project, r.position
"""
_EVERY: Final[LiteralString] = f"""
    select {_COLUMNS} from rule r where r.account_id = $1 order by r.workspace, r.project, r.position
"""
_GET: Final[LiteralString] = f"select {_COLUMNS} from rule r where r.account_id = $1 and r.rule_id = $2"
# Whoever changes the order of an account's rules does so alone.
_ALONE: Final = "select from account where account_id = $1 for no key update"
_PUT: Final = """
    insert into rule (
        account_id, rule_id, workspace, project, position, name, policy, conditions, actions, stops, tags, created_at
    ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (account_id, rule_id) do update set position = excluded.position, name = excluded.name,
        policy = excluded.policy, conditions = excluded.conditions, actions = excluded.actions, stops = excluded.stops,
        tags = excluded.tags
"""
_PLACE: Final = """
    update rule set position = new.position from unnest($2::text[], $3::integer[]) as new (rule_id, position)
    where account_id = $1 and rule.rule_id = new.rule_id
"""
_REMOVE: Final = "delete from rule where account_id = $1 and rule_id = $2"


async def of(db: Reader, account: UUID, workspaces: Sequence[str]) -> list[Rule]:
    """The rules of the workspaces and of all their projects, each in its order, as they are at work now.

    One that names a project to move to moves nothing while that takes nothing, or is of another workspace.
    """
    rows = await db.rows(_AT_WORK, account, list(workspaces))
    return [_unmoving(_rule(row)) if row["is_barred"] else _rule(row) for row in rows]


async def every(db: Reader, account: UUID) -> list[Rule]:
    """All rules of the account, those of one workspace or project in their order."""
    return [_rule(row) for row in await db.rows(_EVERY, account)]


async def get(db: Reader, account: UUID, rule_id: str) -> Rule | None:
    """The rule, if the account has it."""
    row = await db.row(_GET, account, rule_id)
    return _rule(row) if row else None


async def alone(db: Writer, account: UUID) -> None:
    """Nobody else changes the account's rules before the transaction ends."""
    await db.rows(_ALONE, account)


async def put(db: Writer, account: UUID, rule: Rule) -> None:
    """The rule stands as given."""
    await db.execute(
        _PUT, account, rule.id, rule.workspace, rule.project, rule.position, rule.name, rule.policy,
        codec.json_text([{"field": c.field, "comparison": c.comparison, "value": c.value} for c in rule.conditions]),
        codec.json_text(_actions_text(rule.actions)), rule.stops, codec.json_text(rule.tags), rule.created_at,
    )  # fmt: skip


async def place(db: Writer, account: UUID, rules: Sequence[Rule]) -> None:
    """The rules are in the order given, from 1."""
    await db.execute(_PLACE, account, [rule.id for rule in rules], list(range(1, len(rules) + 1)))


async def remove(db: Writer, account: UUID, rule_id: str) -> None:
    """The rule is gone; the places of the others are as they were."""
    await db.execute(_REMOVE, account, rule_id)


def _unmoving(rule: Rule) -> Rule:
    return replace(rule, actions=replace(rule.actions, project=""))


def _actions_text(actions: Actions) -> dict[str, object]:
    return {
        "assignee": actions.assignee,
        "urgency": actions.urgency,
        "project": actions.project,
        "policy": actions.policy,
        "match": dict(actions.match),
        "info": dict(actions.info),
        "silences": actions.silences,
    }


def _actions(given: dict[str, Any]) -> Actions:
    urgency = given.pop("urgency")
    return Actions(**given, urgency=Urgency(urgency) if urgency else None)


def _rule(row: asyncpg.Record) -> Rule:
    return Rule(
        id=row["rule_id"],
        workspace=row["workspace"],
        project=row["project"],
        position=row["position"],
        name=row["name"],
        policy=Policy(row["policy"]),
        conditions=tuple(
            RuleCondition(field=c["field"], comparison=Comparison(c["comparison"]), value=c["value"])
            for c in codec.json_value(row["conditions"])
        ),
        actions=_actions(codec.json_value(row["actions"])),
        stops=row["stops"],
        tags=codec.json_value(row["tags"]),
        created_at=row["created_at"],
    )
