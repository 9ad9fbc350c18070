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

Refused = tuple[int, str, str]


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


async def key(tenant: Tenant, *rights: Right, sees: Sees = Sees.OWN, name: str = "ops-robot", **options: str) -> str:
    """A new token with options of this dialect; without rights, one of an admin."""
    _, secret = await tenant.house.context.access.create_token(
        None,
        name=name,
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
