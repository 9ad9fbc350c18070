"""The calls over event rules. Source: Cloudforet contract 17."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from whence.dialects import Context
from whence.dialects.cloudforet import encode, errors
from whence.dialects.cloudforet.asked import Fields
from whence.dialects.cloudforet.call import Call, Handler
from whence.dialects.cloudforet.collection import Collection
from whence.dialects.cloudforet.fields import label, needed, said
from whence.dialects.cloudforet.projects import Projects, invalid_policy
from whence.dialects.cloudforet.reach import Reach
from whence.domain.errors import NotFound
from whence.domain.query.question import Sort
from whence.domain.rule import FIELDS, INFO, Actions, Comparison, Policy, Rule, RuleCondition
from whence.domain.ticket import Urgency, default_policy

_FIELDS: Final = Fields(
    schema=encode.EVENT_RULE,
    aliases={"user_projects": "project_id"},
    minimal=("event_rule_id", "name", "order", "project_id"),
    sort=(Sort("order"), Sort("event_rule_id")),
    word_fields=("event_rule_id", "name"),
)
_NAMED: Final = ("event_rule_id", "name", "project_id")
_MOST_CONDITIONS: Final = 100
_URGENCIES: Final = " | ".join(Urgency)
_OPERATORS: Final = "eq | contain | not | not_contain"
_KEYS: Final = " | ".join((*FIELDS, f"{INFO}<key>"))


class EventRules:
    """The calls."""

    def __init__(self, context: Context, projects: Projects) -> None:
        self._routing = context.routing
        self._projects = projects
        self._collection = Collection(_FIELDS, _NAMED)

    def handlers(self) -> Mapping[str, Handler]:
        """Each call, by its name."""
        return {
            "EventRule.create": self.create,
            "EventRule.update": self.update,
            "EventRule.change_order": self.change_order,
            "EventRule.delete": self.delete,
            "EventRule.get": self.get,
            "EventRule.list": self.page,
            "EventRule.stat": self.stat,
        }

    async def create(self, call: Call) -> Mapping[str, Any]:
        """A new rule, behind the others of its project or workspace."""
        reach = Reach.of(call, "EventRule", "create")
        asked = call.request
        policy = needed(asked, "conditions_policy")
        if asked.get("actions") is None:
            raise errors.required("actions")
        project = _project(reach, asked)
        workspace = label(reach.home(asked), "workspace_id")
        conditions = _conditions(asked.get("conditions", ()))
        _require_conditions(policy, conditions)
        actions = await self._actions(reach, workspace, asked["actions"])

        def made(rule_id: str, now: datetime) -> Rule:
            return Rule(
                id=rule_id,
                workspace=workspace,
                project=project,
                position=0,
                name=asked.get("name", ""),
                policy=Policy(policy),
                conditions=conditions,
                actions=actions,
                stops=_stops(asked),
                tags=asked.get("tags", {}),
                created_at=now,
            )

        return self._shown(reach, await self._routing.add_rule(reach.by, made))

    async def update(self, call: Call) -> Mapping[str, Any]:
        """What is given stands in place of what was: conditions and actions each as a whole."""
        reach, rule = await self._mine(call, "update")
        asked = call.request
        actions = await self._actions(reach, rule.workspace, asked["actions"]) if "actions" in asked else None

        def changed(old: Rule) -> Rule:
            policy = Policy(asked["conditions_policy"]) if asked.get("conditions_policy") else old.policy
            conditions = _conditions(asked["conditions"]) if "conditions" in asked else old.conditions
            _require_conditions(policy, conditions)
            return replace(
                old,
                name=asked.get("name", old.name),
                policy=policy,
                conditions=conditions,
                actions=old.actions if actions is None else actions,
                stops=_stops(asked) if "options" in asked else old.stops,
                tags=asked.get("tags", old.tags),
            )

        try:
            return self._shown(reach, await self._routing.change_rule(reach.by, rule.id, changed))
        except NotFound:
            raise reach.missing("event_rule_id", rule.id) from None

    async def change_order(self, call: Call) -> Mapping[str, Any]:
        """The rule is at that place, and the others make room."""
        reach, rule = await self._mine(call, "change_order")
        order = call.request.get("order", 0)
        if order < 1:
            raise errors.invalid("order", "The order must be greater than 0.")
        try:
            return self._shown(reach, await self._routing.move_rule(reach.by, rule.id, order))
        except NotFound:
            raise reach.missing("event_rule_id", rule.id) from None

    async def delete(self, call: Call) -> Mapping[str, Any]:
        """It is gone, and those behind it move up."""
        reach, rule = await self._mine(call, "delete")
        try:
            await self._routing.remove_rule(reach.by, rule.id)
        except NotFound:
            raise reach.missing("event_rule_id", rule.id) from None
        return {}

    async def get(self, call: Call) -> Mapping[str, Any]:
        """One rule."""
        reach, rule = await self._mine(call, "get")
        return self._shown(reach, rule)

    async def page(self, call: Call) -> Mapping[str, Any]:
        """Some rules."""
        reach = Reach.of(call, "EventRule", "list")
        return self._collection.page(reach, call.request, await self._rows(reach))

    async def stat(self, call: Call) -> Mapping[str, Any]:
        """What is computed from them."""
        reach = Reach.of(call, "EventRule", "stat")
        return self._collection.table(reach, call.request, await self._rows(reach))

    async def _rows(self, reach: Reach) -> list[dict[str, Any]]:
        return [encode.event_rule(rule, domain=reach.domain) for rule in await self._routing.rules(reach.by)]

    async def _mine(self, call: Call, verb: str) -> tuple[Reach, Rule]:
        reach = Reach.of(call, "EventRule", verb)
        rule_id = needed(call.request, "event_rule_id")
        try:
            rule = await self._routing.require_rule(reach.by, rule_id)
        except NotFound:
            raise reach.missing("event_rule_id", rule_id) from None
        if not reach.reaches(rule.workspace, rule.project):
            raise reach.missing("event_rule_id", rule_id)
        return reach, rule

    async def _actions(self, reach: Reach, workspace: str, given: Mapping[str, Any]) -> Actions:
        """What a rule of the workspace is to do. The project that it moves to takes alerts.

        Raises:
            Fault: one of the actions means nothing, or is not to be done.
        """
        actions = _actions(reach, workspace, given)
        if actions.project:
            await self._projects.require_active(reach, actions.project, workspace)
        return actions

    def _shown(self, reach: Reach, rule: Rule) -> dict[str, Any]:
        return self._collection.shown(encode.event_rule(rule, domain=reach.domain))


def _project(reach: Reach, asked: Mapping[str, Any]) -> str:
    """The project that the rule is of; empty for a rule of the whole workspace."""
    group = needed(asked, "resource_group")
    if group == "WORKSPACE":
        if reach.projects is not None:
            raise errors.invalid("resource_group", "A rule of the whole workspace is not within the token's projects.")
        return ""
    project = label(needed(asked, "project_id"), "project_id")
    reach.require_project(project)
    return project


def _stops(asked: Mapping[str, Any]) -> bool:
    return bool(asked.get("options", {}).get("stop_processing", False))


def _conditions(given: Sequence[Mapping[str, Any]]) -> tuple[RuleCondition, ...]:
    if len(given) > _MOST_CONDITIONS:
        raise errors.invalid("conditions", f"There can be at most {_MOST_CONDITIONS} conditions.")
    return tuple(map(_condition, given))


def _require_conditions(policy: str, conditions: Sequence[RuleCondition]) -> None:
    """Return when the policy has what it asks for: only one that always applies asks for nothing."""
    if policy != Policy.ALWAYS and not conditions:
        raise errors.required("conditions")


def _condition(given: Mapping[str, Any]) -> RuleCondition:
    key, value, operator = (given.get(name, "") for name in ("key", "value", "operator"))
    if not (key and value and operator):
        raise errors.invalid("conditions", "Condition should have key, value and operator.")
    if key not in FIELDS and not (key.startswith(INFO) and key != INFO):
        raise errors.invalid("conditions.key", f"Unsupported key. ({_KEYS})")
    if operator not in set(Comparison):
        raise errors.invalid("conditions.operator", f"Unsupported operator. ({_OPERATORS})")
    return RuleCondition(field=key, comparison=Comparison(operator), value=value)


def _actions(reach: Reach, workspace: str, given: Mapping[str, Any]) -> Actions:
    urgency = given.get("change_urgency", "")
    if urgency and urgency not in set(Urgency):
        raise errors.invalid("actions.change_urgency", f"Unsupported urgency. ({_URGENCIES})")
    policy = given.get("change_escalation_policy", "")
    if policy and policy != default_policy(reach.by.account_id, workspace):
        raise invalid_policy(policy)
    project = label(said(given, "change_project", "actions.change_project"), "actions.change_project")
    reach.require_project(project)
    return Actions(
        assignee=given.get("change_assignee", ""),
        urgency=Urgency(urgency) if urgency else None,
        project=project,
        policy=policy,
        match=given.get("match_service_account", {}),
        info=given.get("add_additional_info", {}),
        silences=bool(given.get("no_notification", False)),
    )
