"""The calls over alerts. Source: Cloudforet contract 16."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from whence.dialects import Context
from whence.dialects.cloudforet import errors
from whence.dialects.cloudforet.asked import Fields
from whence.dialects.cloudforet.call import Call, Handler
from whence.dialects.cloudforet.collection import Collection, answerable, listed, tabled
from whence.dialects.cloudforet.encode import message
from whence.dialects.cloudforet.fields import label, needed, said
from whence.dialects.cloudforet.projects import Projects
from whence.dialects.cloudforet.reach import Reach
from whence.dialects.cloudforet.vocabulary import NAME
from whence.domain.errors import NotFound
from whence.domain.query import Condition, Operator, Query, Sort
from whence.domain.ticket import FIELDS, Ticket, TicketState, Urgency, default_policy

_MOST_ROWS: Final = 1000  # of a list, asked for or not
_FIELDS: Final = Fields(
    schema=FIELDS,
    aliases={"user_projects": "project_id"},
    minimal=(
        "alert_number", "alert_id", "title", "state", "assignee", "responder", "urgency", "escalation_step",
        "escalation_ttl", "project_id", "workspace_id",
    ),
    sort=(Sort("created_at", descending=True), Sort("alert_id", descending=True)),
    word_fields=("alert_id", "alert_number", "title"),
)  # fmt: skip
_NAMED: Final[Mapping[str, str]] = {
    **{
        name: name
        for name in (
            "alert_number", "alert_id", "title", "state", "assignee", "responder", "urgency", "severity", "provider",
            "account", "triggered_by", "project_id", "webhook_id", "escalation_policy_id",
        )
    },
    "resource": "resources.name",
}  # fmt: skip
_STATES: Final = (TicketState.TRIGGERED, TicketState.ACKNOWLEDGED, TicketState.RESOLVED)


class Alerts:
    """The calls."""

    def __init__(self, context: Context, projects: Projects) -> None:
        self._tickets = context.tickets
        self._signals = context.signals
        self._projects = projects
        self._collection = Collection(_FIELDS, _NAMED)

    def handlers(self) -> Mapping[str, Handler]:
        """Each call, by its name."""
        return {
            "Alert.create": self.create,
            "Alert.update": self.update,
            "Alert.assign_user": self.assign_user,
            "Alert.delete": self.delete,
            "Alert.get": self.get,
            "Alert.list": self.page,
            "Alert.stat": self.stat,
        }

    async def create(self, call: Call) -> Mapping[str, Any]:
        """An alert that a person opens."""
        reach = Reach.of(call, "Alert", "create")
        asked = call.request
        title = needed(asked, "title")
        project = label(needed(asked, "project_id"), "project_id")
        reach.require_project(project)
        workspace = label(reach.home(asked), "workspace_id")
        await self._projects.require_active(reach, project, workspace)
        made = await self._tickets.open(
            reach.by,
            dialect=NAME,
            title=title,
            description=asked.get("description", ""),
            assignee=asked.get("assignee", ""),
            urgency=_urgency(asked) or Urgency.HIGH,
            project=project,
            workspace=workspace,
        )
        return await self._shown(reach, made.id)

    async def update(self, call: Call) -> Mapping[str, Any]:
        """What is given, and the state."""
        reach, row = await self._mine(call, "update")
        asked = call.request
        state = _state(asked.get("state", ""))
        title = said(asked, "title")
        project = label(said(asked, "project_id"), "project_id")
        reach.require_project(project)
        if project and project != row["project_id"]:
            await self._projects.require_active(reach, project, row["workspace_id"])

        def changed(old: Ticket) -> Ticket:
            moves = project and project != old.project
            return replace(
                old,
                title=title or old.title,
                description="" if asked.get("reset_description") else asked.get("description") or old.description,
                urgency=_urgency(asked) or old.urgency,
                project=project or old.project,
                policy=default_policy(reach.by.account_id, old.workspace) if moves else old.policy,
            )

        return await self._change(reach, asked["alert_id"], changed, state)

    async def assign_user(self, call: Call) -> Mapping[str, Any]:
        """Somebody cares; nobody looks whether there is such a person."""
        reach = Reach.of(call, "Alert", "assign_user")
        alert_id, assignee = needed(call.request, "alert_id"), needed(call.request, "assignee")
        await self._row(reach, alert_id)
        return await self._change(reach, alert_id, lambda old: replace(old, assignee=assignee), None)

    async def delete(self, call: Call) -> Mapping[str, Any]:
        """The alert is gone, and its events with it."""
        reach, _ = await self._mine(call, "delete")
        alert_id = call.request["alert_id"]
        try:
            await self._tickets.remove(reach.by, alert_id)
        except NotFound:
            raise reach.missing("alert_id", alert_id) from None
        return {}

    async def get(self, call: Call) -> Mapping[str, Any]:
        """One alert."""
        reach = Reach.of(call, "Alert", "get")
        return await self._shown(reach, needed(call.request, "alert_id"))

    async def page(self, call: Call) -> Mapping[str, Any]:
        """Some alerts, at most 1,000."""
        reach = Reach.of(call, "Alert", "list")
        asked = self._collection.query(reach, call.request)
        limit = min(asked.limit or _MOST_ROWS, _MOST_ROWS)
        with answerable():
            return listed(await self._signals.tickets(reach.by, replace(asked, limit=limit)))

    async def stat(self, call: Call) -> Mapping[str, Any]:
        """What is computed from them."""
        reach = Reach.of(call, "Alert", "stat")
        asked = self._collection.statistics(reach, call.request)
        with answerable():
            return tabled(await self._signals.tabulate_tickets(reach.by, asked))

    async def _mine(self, call: Call, verb: str) -> tuple[Reach, dict[str, Any]]:
        """The caller's reach, and the alert of the request, which is in it."""
        reach = Reach.of(call, "Alert", verb)
        return reach, await self._row(reach, needed(call.request, "alert_id"))

    async def _change(
        self, reach: Reach, alert_id: str, change: Callable[[Ticket], Ticket], state: TicketState | None
    ) -> Mapping[str, Any]:
        try:
            await self._tickets.change(reach.by, alert_id, change, dialect=NAME, state=state)
        except NotFound:
            raise reach.missing("alert_id", alert_id) from None
        return await self._shown(reach, alert_id)

    async def _shown(self, reach: Reach, alert_id: str) -> dict[str, Any]:
        return message(await self._row(reach, alert_id))

    async def _row(self, reach: Reach, alert_id: str) -> dict[str, Any]:
        asked = Query(all=(Condition("alert_id", Operator.EQ, alert_id), *reach.conditions({})), limit=1)
        found = await self._signals.tickets(reach.by, asked)
        if not found.rows:
            raise reach.missing("alert_id", alert_id)
        return found.rows[0]


def _urgency(asked: Mapping[str, Any]) -> Urgency | None:
    """The one that is named; a message does not hold the one that is none."""
    return Urgency(asked["urgency"]) if "urgency" in asked else None


def _state(text: str) -> TicketState | None:
    if not text:
        return None
    if text not in _STATES:
        raise errors.invalid("state", f"Unsupported state. ({' | '.join(_STATES)})")
    return TicketState(text)
