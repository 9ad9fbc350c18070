"""Clients of this dialect as a test has them, the webhooks that they make, and the words of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.tenants import Tenant
from whence.dialects.cloudforet.vocabulary import NAME
from whence.domain.access import Right, Sees
from whence.domain.webhook import default_project, default_workspace

DIRECT: Final = "plugin-api-direct-mon-webhook"
ALERTMANAGER: Final = "plugin-prometheus-mon-webhook"
SNS: Final = "plugin-aws-sns-mon-webhook"
DISK: Final[Mapping[str, Any]] = {
    "event_key": "disk-db1",
    "event_type": "ALERT",
    "title": "Disk 91% on db1",
    "severity": "WARNING",
}
CLEARED: Final[Mapping[str, Any]] = {**DISK, "event_type": "RECOVERY", "title": "Disk 40% on db1"}

ALWAYS: Final[Mapping[str, Any]] = {"conditions_policy": "ALWAYS", "resource_group": "PROJECT", "project_id": "p"}
ABOUT_DB: Final[Mapping[str, Any]] = {"key": "title", "value": "db", "operator": "contain"}

Refused = tuple[int, str, str]


def batch(size: int) -> dict[str, Any]:
    """What Alertmanager posts of so many alerts; their names have their order."""
    return {
        "version": "4",
        "alerts": [{"fingerprint": f"f{n}", "labels": {"alertname": f"A{n:04}"}} for n in range(size)],
    }


def refusal(answer: httpx.Response) -> Refused:
    """Status, code and message of a call that was refused."""
    detail = answer.json()["detail"]
    return answer.status_code, detail["code"], detail["message"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """A client with a token."""

    client: httpx.AsyncClient

    async def __call__(self, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401  JSON is anything
        """The reply to a call that is answered: `event/list`."""
        answer = await self.post(path, request)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def refused(self, path: str, **request: Any) -> Refused:  # noqa: ANN401  JSON is anything
        """How a call is refused."""
        return refusal(await self.post(path, request))

    async def rows(self, path: str, **request: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON is anything
        """The rows of a list."""
        return (await self(path, **request))["results"]

    async def post(self, path: str, request: object) -> httpx.Response:
        """The answer to a call, whatever it is."""
        return await self.client.post(f"/monitoring/v1/{path}", json=request)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, as a monitor knows it."""

    client: httpx.AsyncClient
    shown: Mapping[str, Any]

    @property
    def id(self) -> str:
        """What it is called."""
        return self.shown["webhook_id"]

    @property
    def path(self) -> str:
        """Where payloads are posted."""
        return f"/monitoring/v1/webhook/{self.id}/{self.shown['access_key']}/events"

    async def post(self, payload: Mapping[str, Any], **headers: str) -> None:
        """The payload is taken."""
        answer = await self.send(payload, **headers)
        assert (answer.status_code, answer.content) == (httpx.codes.OK, b"{}"), answer.text

    async def send(self, payload: object, **headers: str) -> httpx.Response:
        """The answer to a payload."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(self.path, json=payload, headers=named)


async def hook(owner: Speaker, name: str = "direct", plugin_id: str = DIRECT, **given: Any) -> Hook:  # noqa: ANN401  JSON is anything
    """A new webhook of the project `p`; what else is given is of its plugin or of itself."""
    itself = {key: given.pop(key) for key in ("project_id", "tags") if key in given}
    plugin = {"plugin_id": plugin_id, **given}
    made = await owner("webhook/create", **{"name": name, "plugin_info": plugin, "project_id": "p", **itself})
    return Hook(owner.client, made)


async def key(tenant: Tenant, *rights: Right, sees: Sees = Sees.OWN, **options: str) -> str:
    """A new token, named `ops-robot`, with options of this dialect; without rights, one of an admin."""
    return await held_key(tenant, options, *rights, sees=sees)


async def held_key(tenant: Tenant, options: Mapping[str, str], *rights: Right, sees: Sees = Sees.OWN) -> str:
    """As `key`."""
    _, secret = await tenant.house.context.access.create_token(
        None,
        name="ops-robot",
        account=tenant.name,
        rights=rights or (Right.ADMIN,),
        sees=sees,
        options={NAME: options} if options else None,
    )
    return secret


def domain(tenant: Tenant) -> str:
    """The id of the account."""
    return f"domain-{tenant.admin.account_id.hex[-12:]}"


def workspace(tenant: Tenant) -> str:
    """The id of the account's own workspace."""
    return default_workspace(tenant.admin.account_id)


def project(tenant: Tenant) -> str:
    """The id of the account's own project."""
    return default_project(tenant.admin.account_id)


def not_active(project_id: str, workspace_id: str) -> Refused:
    """How is refused what needs a project that takes alerts, and has one that was removed."""
    place = f"(project_id = {project_id}, workspace_id = {workspace_id})"
    return 400, "ERROR_ALERT_FEATURE_IS_NOT_ACTIVATED", f"The alert feature is not activated in the project. {place}"


def missing(**held: object) -> Refused:
    """How is refused what is not there for a caller who is held to this, the asked id first."""
    told = f"({tuple(held)} = {tuple(held.values())})"
    return 404, "ERROR_NOT_FOUND", f"Resource cannot be found or access is denied. {told}"


def invalid(name: str, reason: str) -> Refused:
    """How is refused a value that means nothing."""
    return 400, "ERROR_INVALID_PARAMETER", f"Parameter is invalid. (key = {name}, reason = {reason})"


def required(name: str) -> Refused:
    """How is refused a call that lacks a parameter."""
    return 400, "ERROR_REQUIRED_PARAMETER", f"Required parameter. (key = {name})"


async def three_events(owner: Speaker) -> Hook:
    """Events `a` and `b` of the project `p` through the webhook returned, and `c` of `q`, in this order."""
    one = await hook(owner)
    about = {"resource": {"resource_id": "i-1", "name": "db1"}, "resources": ["rack-7"]}
    await one.post({"event_key": "ka", "title": "a", "severity": "INFO", "provider": "aws", "account": "123", **about})
    await one.post({"event_key": "kb", "title": "b", "severity": "CRITICAL", "additional_info": {"host": "h-1"}})
    await (await hook(owner, project_id="q")).post({"event_key": "kc", "title": "c", "severity": "CRITICAL"})
    return one


async def rule(owner: Speaker, actions: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:  # noqa: ANN401  JSON is anything
    """A new rule of the project `p` that always acts, unless it is told otherwise."""
    stops = given.pop("stops", False)
    options = {"options": {"stop_processing": True}} if stops else {}
    return await owner("event-rule/create", **{**ALWAYS, **options, "actions": actions or {}, **given})
