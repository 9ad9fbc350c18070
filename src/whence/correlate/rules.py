"""Decide what an account's rules do to a signal before it moves an alert: where it goes, who cares, what is added.

Pure: no SQL, no clock, no await.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from whence.domain.rule import INFO, Comparison, Policy, Rule, RuleCondition
from whence.domain.signal import Signal, python_text
from whence.domain.ticket import Urgency
from whence.domain.webhook import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What the rules came to. `urgency` None: as the grade says. `policy` empty: the workspace's own."""

    project: str
    info: Mapping[str, str]
    urgency: Urgency | None = None
    assignee: str = ""
    policy: str = ""
    is_told: bool = True


def route(signal: Signal, webhook: Webhook, rules: Sequence[Rule]) -> Routed:
    """What the rules of the webhook's workspace, and then those of its project, make of the signal.

    A rule that moves the signal to another project has that project's rules run next, and then those behind it; none
    runs in a project that the signal has been in.

    Args:
        rules: of the workspace and of all its projects, each in the order of its position.
    """
    run = _Run(signal=signal, webhook=webhook, rules=rules, project=webhook.project)
    run.through("")
    if not run.stopped:
        run.through(webhook.project)
    return Routed(
        project=run.project,
        info=run.info,
        urgency=run.urgency,
        assignee=run.assignee,
        policy=run.policy,
        is_told=run.is_told,
    )


def moves_in_a_circle(rule: Rule, others: Iterable[Rule]) -> bool:
    """Whether the rule, among the others of its workspace, could move a signal back to where it came from."""
    moves: dict[str, set[str]] = {}
    for one in (rule, *others):
        if one.workspace == rule.workspace and one.actions.project:
            moves.setdefault(one.project, set()).add(one.actions.project)
    seen: set[str] = set()
    ahead = [rule.actions.project] if rule.actions.project else []
    while ahead:
        project = ahead.pop()
        if project == rule.project:
            return True
        if project not in seen:
            seen.add(project)
            ahead.extend(moves.get(project, ()))
    return False


@dataclass(slots=True, kw_only=True)
class _Run:
    """One signal on its way through the rules."""

    signal: Signal
    webhook: Webhook
    rules: Sequence[Rule]
    project: str
    info: Mapping[str, str] = field(default_factory=dict[str, str])
    urgency: Urgency | None = None
    assignee: str = ""
    policy: str = ""
    is_told: bool = True
    stopped: bool = False
    been_in: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        self.info = self.signal.info

    def through(self, project: str) -> None:
        """Run the rules of the project, or (empty) of the workspace."""
        if project in self.been_in:
            return
        self.been_in.add(project)
        for rule in self.rules:
            if rule.project != project or not self._applies(rule):
                continue
            self._act(rule)
            self.stopped = self.stopped or rule.stops
            if self.stopped:
                return

    def _act(self, rule: Rule) -> None:
        actions = rule.actions
        self.assignee = actions.assignee or self.assignee
        self.urgency = actions.urgency or self.urgency
        self.policy = actions.policy or self.policy
        self.info = {**self.info, **{name: python_text(value) for name, value in actions.info.items()}}
        self.is_told = self.is_told and not actions.silences
        if actions.project and actions.project != self.project:
            self.project, self.assignee, self.policy = actions.project, "", ""
            if not rule.stops:
                self.through(actions.project)

    def _applies(self, rule: Rule) -> bool:
        match rule.policy:
            case Policy.ALWAYS:
                return True
            case Policy.ALL:
                return all(self._holds(condition) for condition in rule.conditions)
            case Policy.ANY:
                return any(self._holds(condition) for condition in rule.conditions)

    def _holds(self, condition: RuleCondition) -> bool:
        """Whether the signal passes; one that has no such value never does."""
        texts = list(self._texts(condition.field))
        if not texts:
            return False
        wanted, folded = condition.value, condition.value.lower()
        match condition.comparison:
            case Comparison.EQ:
                return wanted in texts
            case Comparison.NOT:
                return wanted not in texts
            case Comparison.CONTAIN:
                return any(folded in text.lower() for text in texts)
            case Comparison.NOT_CONTAIN:
                return not any(folded in text.lower() for text in texts)

    def _texts(self, name: str) -> Iterator[str]:
        """What the signal says there; of a text that it does not say, nothing."""
        if name.startswith(INFO):
            fact = name.removeprefix(INFO)
            if fact in self.info:
                yield self.info[fact]
        elif name == "project_id":
            yield self.project
        elif name in {"resource", "resources"}:
            yield from self.signal.resources
            if name == "resource" and self.signal.resource is not None:
                yield from filter(None, (self.signal.resource.id, self.signal.resource.name))
        elif text := _TEXTS[name](self.signal, self.webhook):
            yield text


_TEXTS: Final[Mapping[str, Callable[[Signal, Webhook], str]]] = {
    "title": lambda signal, _: signal.title,
    "description": lambda signal, _: signal.description,
    "rule": lambda signal, _: signal.rule,
    "severity": lambda signal, _: signal.grade.value,
    "account": lambda signal, _: signal.account,
    "provider": lambda signal, _: signal.provider,
    "event_key": lambda signal, _: signal.key,
    "event_type": lambda signal, _: signal.kind.value,
    "webhook_id": lambda _, webhook: webhook.id,
}
