"""What an account says about its signals before they move alerts: rules in their order, and how projects recover."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from whence.correlate.rules import moves_in_a_circle
from whence.domain.access import AuditEntry, Principal
from whence.domain.errors import Conflict, Invalid, NotFound
from whence.domain.identity import new_id
from whence.domain.project import Project
from whence.domain.rule import Rule
from whence.domain.webhook import default_workspace
from whence.store import access, projects, rules
from whence.store.pool import Pool, Writer

NOW: Final = partial(datetime.now, UTC)
MOST_RULES: Final = 1_000  # of one account: each is looked at for every signal


class Routing:
    """Rules and projects. Nothing of them is remembered: a change holds for the next signal everywhere."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def rules(self, by: Principal) -> list[Rule]:
        """All rules of the account, those of one workspace or project in their order."""
        async with self._pool.reader() as db:
            return await rules.every(db, by.account_id)

    async def require_rule(self, by: Principal, rule_id: str) -> Rule:
        """The rule.

        Raises:
            NotFound: the account has none such.
        """
        async with self._pool.reader() as db:
            return _found(await rules.get(db, by.account_id, rule_id), rule_id)

    async def add_rule(self, by: Principal, make: Callable[[str, datetime], Rule]) -> Rule:
        """The rule that `make` returns for an id and a time, behind the others of its workspace or project.

        Raises:
            Invalid: it moves signals in a circle (`actions.change_project`), or there are too many.
        """
        now = NOW()
        made = make(f"er-{new_id(now).hex[-12:]}", now)
        async with self._pool.transaction() as db:
            others = await self._alone(db, by)
            if len(others) >= MOST_RULES:
                raise Invalid.at("", f"there are {MOST_RULES} rules already")
            _require_straight(made, others)
            made = replace(made, position=1 + sum(_is_beside(made, other) for other in others))
            await rules.put(db, by.account_id, made)
            await self._record(db, by, "created", made, now)
        return made

    async def change_rule(self, by: Principal, rule_id: str, change: Callable[[Rule], Rule]) -> Rule:
        """The rule as `change` made it; its place stays.

        Raises:
            NotFound: the account has none such.
            Invalid: it would move signals in a circle (`actions.change_project`).
        """
        now = NOW()
        async with self._pool.transaction() as db:
            standing = await self._alone(db, by)
            old = _found(next((rule for rule in standing if rule.id == rule_id), None), rule_id)
            new = change(old)
            _require_straight(new, [rule for rule in standing if rule.id != rule_id])
            await rules.put(db, by.account_id, new)
            await self._record(db, by, "changed", new, now)
        return new

    async def move_rule(self, by: Principal, rule_id: str, position: int) -> Rule:
        """The rule is at that place, from 1; the others make room.

        Raises:
            NotFound: the account has none such.
            Invalid: there is no such place (`order`).
        """
        now = NOW()
        async with self._pool.transaction() as db:
            standing = await self._alone(db, by)
            moved = _found(next((rule for rule in standing if rule.id == rule_id), None), rule_id)
            beside = [rule for rule in standing if _is_beside(moved, rule)]
            if position > len(beside):
                raise Invalid.at("order", f"There is no event rules greater than the {position} order.")
            beside.remove(moved)
            beside.insert(position - 1, moved)
            await rules.place(db, by.account_id, beside)
            await self._record(db, by, "changed", moved, now)
        return replace(moved, position=position)

    async def remove_rule(self, by: Principal, rule_id: str) -> None:
        """The rule is gone, and those behind it move up.

        Raises:
            NotFound: the account has none such.
        """
        now = NOW()
        async with self._pool.transaction() as db:
            standing = await self._alone(db, by)
            gone = _found(next((rule for rule in standing if rule.id == rule_id), None), rule_id)
            await rules.remove(db, by.account_id, rule_id)
            await rules.place(db, by.account_id, [r for r in standing if _is_beside(gone, r) and r is not gone])
            await self._record(db, by, "removed", gone, now)

    async def projects(self, by: Principal) -> list[Project]:
        """Every project that somebody set or used, oldest first; not those that were removed."""
        async with self._pool.reader() as db:
            return [project for project in await projects.every(db, by.account_id) if not project.is_removed]

    async def workspaces(self, by: Principal) -> set[str]:
        """Every workspace that a project was set or used in: all that have webhooks or alerts are among them."""
        async with self._pool.reader() as db:
            return {project.workspace for project in await projects.every(db, by.account_id)}

    async def use_project(self, by: Principal, project: str, *, workspace: str | None = None) -> Project:
        """How the project treats its alerts; one that was never used before has the defaults, and a row from now on.

        One that was removed is returned as such: it is for the caller to refuse.

        Args:
            workspace: the one that the project is used in; None: the account's own.

        Raises:
            Conflict: it is of another workspace, which named it first.
        """
        new = _new(by, project, workspace)
        async with self._pool.transaction() as db:
            standing = await projects.ensure(db, by.account_id, new)
        if standing.workspace != new.workspace:
            raise Conflict(f"project {project} is of another workspace")
        return standing

    async def add_project(self, by: Principal, project: Project, *, within: str | None = None) -> Project:
        """The project is treated as given; one that was removed stays in its workspace.

        Args:
            within: the workspace that the caller is held to; None: any.

        Raises:
            Conflict: somebody has set it, or it was used, before; or it was removed in another workspace.
        """
        async with self._pool.transaction() as db:
            standing = await projects.ensure(db, by.account_id, project)
            if standing != project:
                if not standing.is_removed or not _is_within(standing, within):
                    raise Conflict(f"project {project.id} is set already")
                project = replace(project, workspace=standing.workspace)
                await projects.update(db, by.account_id, project)
            await self._tell(db, by, "created", project)
        return project

    async def change_project(
        self,
        by: Principal,
        project: str,
        change: Callable[[Project], Project],
        *,
        workspace: str | None = None,
        within: str | None = None,
    ) -> Project:
        """The project as `change` made it, of what it was or of the defaults.

        Args:
            workspace: of a project that was never used before; None: the account's own.
            within: as `add_project` has it.

        Raises:
            NotFound: it was removed, or is of another workspace.
        """
        async with self._pool.transaction() as db:
            standing = await projects.ensure(db, by.account_id, _new(by, project, workspace))
            if standing.is_removed or not _is_within(standing, within):
                raise NotFound("project", project)
            changed = change(standing)
            await projects.update(db, by.account_id, changed)
            await self._tell(db, by, "changed", changed)
        return changed

    async def remove_project(self, by: Principal, project: str, *, within: str | None = None) -> None:
        """The project takes no alerts until it is set again.

        Args:
            within: as `add_project` has it.

        Raises:
            NotFound: it is removed already, unknown, or of another workspace.
        """
        async with self._pool.transaction() as db:
            standing = await projects.get(db, by.account_id, project)
            if standing is None or standing.is_removed or not _is_within(standing, within):
                raise NotFound("project", project)
            await projects.update(db, by.account_id, replace(standing, is_removed=True))
            await self._tell(db, by, "removed", standing)

    async def _alone(self, db: Writer, by: Principal) -> list[Rule]:
        await rules.alone(db, by.account_id)
        return await rules.every(db, by.account_id)

    async def _record(self, db: Writer, by: Principal, action: str, rule: Rule, now: datetime) -> None:
        await access.record(db, by.account_id, [AuditEntry.by(by, action, "rule", rule.id, at=now, detail=rule.name)])

    async def _tell(self, db: Writer, by: Principal, action: str, project: Project) -> None:
        await access.record(db, by.account_id, [AuditEntry.by(by, action, "project", project.id, at=NOW())])


def _new(by: Principal, project: str, workspace: str | None) -> Project:
    return Project(id=project, workspace=workspace or default_workspace(by.account_id), created_at=NOW())


def _is_within(project: Project, workspace: str | None) -> bool:
    return workspace in (None, project.workspace)


def _is_beside(rule: Rule, other: Rule) -> bool:
    return (rule.workspace, rule.project) == (other.workspace, other.project)


def _require_straight(rule: Rule, others: list[Rule]) -> None:
    if moves_in_a_circle(rule, others):
        raise Invalid.at("actions.change_project", "The rules would move an event in a circle.")


def _found(rule: Rule | None, rule_id: str) -> Rule:
    if rule is None:
        raise NotFound("rule", rule_id)
    return rule
