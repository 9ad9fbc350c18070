"""The calls over how projects treat their alerts, and over the one policy of each workspace.

Source: Cloudforet contract 18.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from whence.dialects import Context
from whence.dialects.cloudforet import encode
from whence.dialects.cloudforet.asked import Fields
from whence.dialects.cloudforet.call import Call, Handler
from whence.dialects.cloudforet.collection import Collection
from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.fields import label, needed
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.reach import Reach, denied
from whence.domain.errors import Conflict, NotFound
from whence.domain.identity import born_at
from whence.domain.project import Project
from whence.domain.query.question import Sort
from whence.domain.ticket import default_policy
from whence.domain.webhook import default_workspace

_CONFIGS: Final = Fields(
    schema=encode.PROJECT_ALERT_CONFIG,
    aliases={"user_projects": "project_id"},
    minimal=("project_id", "options"),
    sort=(Sort("project_id"),),
    word_fields=("project_id",),
)
_POLICIES: Final = Fields(
    schema=encode.ESCALATION_POLICY,
    aliases={"user_projects": "project_id"},
    minimal=("escalation_policy_id", "name", "is_default", "finish_condition"),
    sort=(Sort("name"), Sort("escalation_policy_id")),
    word_fields=("escalation_policy_id", "name"),
)
_HIDDEN: Final = "escalation_policy_id"  # of a config: asked for by this name, shown inside of the policy
_RECOVERS: Final[Mapping[str, bool]] = {"AUTO": True, "MANUAL": False}
_ONLY_HIGH: Final[Mapping[str, bool]] = {"HIGH_ONLY": True, "ALL": False}


class Projects:
    """The calls."""

    def __init__(self, context: Context, options: Options) -> None:
        self._routing = context.routing
        self._recovers = options.recovers
        self._configs = Collection(_CONFIGS, ("project_id", "escalation_policy_id"))
        self._policies = Collection(
            _POLICIES,
            (
                "escalation_policy_id", "name", "is_default", "finish_condition", "resource_group", "project_id",
            ),
        )  # fmt: skip

    def handlers(self) -> Mapping[str, Handler]:
        """Each call, by its name."""
        return {
            "ProjectAlertConfig.create": self.create,
            "ProjectAlertConfig.update": self.update,
            "ProjectAlertConfig.delete": self.delete,
            "ProjectAlertConfig.get": self.get,
            "ProjectAlertConfig.list": self.page,
            "ProjectAlertConfig.stat": self.stat,
            "EscalationPolicy.get": self.policy,
            "EscalationPolicy.list": self.policies,
        }

    async def require_active(self, reach: Reach, project: str, workspace: str) -> None:
        """The project takes alerts; one that was never used before does from now on, as the installation says.

        Raises:
            Fault: somebody removed it, or it is of another workspace.
        """
        try:
            used = await self._routing.use_project(reach.by, project, workspace=workspace)
        except Conflict:
            raise denied() from None
        if used.is_removed:
            raise inactive(project, workspace)

    async def create(self, call: Call) -> Mapping[str, Any]:
        """The settings of a project that has none yet."""
        reach = Reach.of(call, "ProjectAlertConfig", "create")
        asked = call.request
        project = label(needed(asked, "project_id"), "project_id")
        reach.require_project(project)
        workspace = reach.home(asked)
        made = Project(id=project, workspace=workspace, created_at=datetime.now(UTC))
        _require_policy(reach, workspace, asked)
        try:
            added = await self._routing.add_project(
                reach.by, _set(made, asked.get("options", {})), within=reach.workspace
            )
        except Conflict:
            raise Fault(
                Code.SAVE_UNIQUE_VALUES, "Tried to save duplicate unique values. (keys = ['project_id'])"
            ) from None
        return self._shown(reach, added)

    async def update(self, call: Call) -> Mapping[str, Any]:
        """The options that are named; the others stay."""
        reach = Reach.of(call, "ProjectAlertConfig", "update")
        asked = call.request
        project = label(needed(asked, "project_id"), "project_id")
        reach.require_project(project)
        workspace = reach.home(asked)
        _require_policy(reach, workspace, asked)

        def changed(old: Project) -> Project:
            return _set(old, asked.get("options", {}))

        try:
            new = await self._routing.change_project(
                reach.by, project, changed, workspace=workspace, within=reach.workspace
            )
        except NotFound:
            raise reach.missing("project_id", project) from None
        return self._shown(reach, new)

    async def delete(self, call: Call) -> Mapping[str, Any]:
        """The project takes no webhooks and no alerts until it has settings again."""
        reach = Reach.of(call, "ProjectAlertConfig", "delete")
        project = needed(call.request, "project_id")
        reach.require_project(project)
        try:
            await self._routing.remove_project(reach.by, project, within=reach.workspace)
        except NotFound:
            raise reach.missing("project_id", project) from None
        return {}

    async def get(self, call: Call) -> Mapping[str, Any]:
        """The settings of one project."""
        reach = Reach.of(call, "ProjectAlertConfig", "get")
        project = needed(call.request, "project_id")
        reach.require_project(project)
        for one in await self._routing.projects(reach.by):
            if one.id == project and reach.reaches(one.workspace, one.id):
                return self._shown(reach, one)
        raise reach.missing("project_id", project)

    async def page(self, call: Call) -> Mapping[str, Any]:
        """Some settings."""
        reach = Reach.of(call, "ProjectAlertConfig", "list")
        found = self._configs.page(reach, call.request, await self._rows(reach))
        return {**found, "results": [_without_hidden(row) for row in found["results"]]}

    async def stat(self, call: Call) -> Mapping[str, Any]:
        """What is computed from them."""
        reach = Reach.of(call, "ProjectAlertConfig", "stat")
        return self._configs.table(reach, call.request, await self._rows(reach))

    async def policy(self, call: Call) -> Mapping[str, Any]:
        """The one policy of a workspace."""
        reach = Reach.of(call, "EscalationPolicy", "get")
        policy_id = needed(call.request, "escalation_policy_id")
        for row in await self._policy_rows(reach):
            if row["escalation_policy_id"] == policy_id:
                return self._policies.shown(row)
        raise reach.missing("escalation_policy_id", policy_id)

    async def policies(self, call: Call) -> Mapping[str, Any]:
        """The policies of the workspaces that were used: each is of all projects there."""
        reach = Reach.of(call, "EscalationPolicy", "list")
        reach.require_project(call.request.get("project_id"))
        return self._policies.page(replace(reach, projects=None), call.request, await self._policy_rows(reach))

    async def _rows(self, reach: Reach) -> list[dict[str, Any]]:
        return [self._row(reach, project) for project in await self._routing.projects(reach.by)]

    async def _policy_rows(self, reach: Reach) -> list[dict[str, Any]]:
        own = reach.workspace or default_workspace(reach.by.account_id)
        workspaces = {own} if reach.workspace else {own} | await self._routing.workspaces(reach.by)
        return [_policy(reach, workspace) for workspace in sorted(workspaces)]

    def _row(self, reach: Reach, project: Project) -> dict[str, Any]:
        policy = _policy(reach, project.workspace)
        return encode.project_alert_config(project, policy, domain=reach.domain, recovers=self._recovers)

    def _shown(self, reach: Reach, project: Project) -> dict[str, Any]:
        return _without_hidden(self._configs.shown(self._row(reach, project)))


def inactive(project: str, workspace: str) -> Fault:
    """The fault of what needs a project that takes alerts, and has one that does not."""
    return Fault(
        Code.ALERT_FEATURE_IS_NOT_ACTIVATED,
        f"The alert feature is not activated in the project. (project_id = {project}, workspace_id = {workspace})",
    )


def _policy(reach: Reach, workspace: str) -> dict[str, Any]:
    return encode.escalation_policy(workspace, born_at(reach.by.account_id), account_id=reach.by.account_id)


def _require_policy(reach: Reach, workspace: str, asked: Mapping[str, Any]) -> None:
    """Return when the request names no policy, or the one that there is."""
    policy_id = asked.get("escalation_policy_id")
    if policy_id and policy_id != default_policy(reach.by.account_id, workspace):
        raise invalid_policy(policy_id)


def invalid_policy(policy_id: str) -> Fault:
    """The fault of a policy that the workspace does not have."""
    return Fault(Code.INVALID_ESCALATION_POLICY, f"Escalation policy is invalid. (escalation_policy_id = {policy_id})")


def _set(project: Project, options: Mapping[str, Any]) -> Project:
    """The project with the options that are named; a mode that is none is as good as not named."""
    return replace(
        project,
        recovers=_RECOVERS.get(options.get("recovery_mode", ""), project.recovers),
        only_high=_ONLY_HIGH.get(options.get("notification_urgency", ""), project.only_high),
    )


def _without_hidden(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != _HIDDEN}
