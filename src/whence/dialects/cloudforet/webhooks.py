"""The calls over webhooks. Source: Cloudforet contract 15."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from whence import receivers
from whence.dialects import Context
from whence.dialects.cloudforet import encode, errors
from whence.dialects.cloudforet.asked import Fields
from whence.dialects.cloudforet.call import Call, Handler
from whence.dialects.cloudforet.collection import Collection
from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.fields import label, needed, said
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.projects import Projects
from whence.dialects.cloudforet.reach import Reach
from whence.dialects.cloudforet.vocabulary import RECEIVER_OF
from whence.domain.errors import Conflict, NotFound
from whence.domain.query.question import Sort
from whence.domain.webhook import Webhook
from whence.receivers import UnknownOption, WrongOption

_LONGEST_NAME: Final = 255
_FIELDS: Final = Fields(
    schema=encode.WEBHOOK,
    aliases={"user_projects": "project_id"},
    minimal=("webhook_id", "name", "state", "webhook_url", "project_id", "workspace_id"),
    sort=(Sort("name"), Sort("webhook_id")),
    word_fields=("webhook_id", "name"),
)
_NAMED: Final = ("webhook_id", "name", "state", "access_key", "project_id")


class Webhooks:
    """The calls."""

    def __init__(self, context: Context, options: Options, projects: Projects) -> None:
        self._webhooks = context.webhooks
        self._projects = projects
        self._masks = options.mask_keys
        self._collection = Collection(_FIELDS, _NAMED)

    def handlers(self) -> Mapping[str, Handler]:
        """Each call, by its name."""
        return {
            "Webhook.create": self.create,
            "Webhook.update": self.update,
            "Webhook.update_plugin": self.update_plugin,
            "Webhook.verify_plugin": self.verify_plugin,
            "Webhook.enable": self.enable,
            "Webhook.disable": self.disable,
            "Webhook.delete": self.delete,
            "Webhook.get": self.get,
            "Webhook.list": self.page,
            "Webhook.stat": self.stat,
        }

    async def create(self, call: Call) -> Mapping[str, Any]:
        """A new webhook of a project that takes alerts."""
        reach = Reach.of(call, "Webhook", "create")
        asked = call.request
        name = _name(needed(asked, "name"))
        plugin = needed(asked, "plugin_info")
        project = label(needed(asked, "project_id"), "project_id")
        plugin_id = needed(plugin, "plugin_id", "plugin_info.plugin_id")
        reach.require_project(project)
        receiver = RECEIVER_OF.get(plugin_id, plugin_id)
        options = plugin.get("options", {})
        _check(receiver, options)
        workspace = label(reach.home(asked), "workspace_id")
        await self._projects.require_active(reach, project, workspace)
        try:
            made = await self._webhooks.create(
                reach.by,
                name=name,
                receiver=receiver,
                project=project,
                workspace=workspace,
                version=plugin.get("version", ""),
                upgrade_mode=plugin.get("upgrade_mode") or "AUTO",
                options=options,
                metadata=plugin.get("metadata", {}),
                tags=asked.get("tags", {}),
            )
        except Conflict:
            raise _taken() from None
        return self._shown(call, made)

    async def update(self, call: Call) -> Mapping[str, Any]:
        """Its name and tags, where given."""
        asked = call.request

        def changed(old: Webhook) -> Webhook:
            name = _name(said(asked, "name")) or old.name
            return replace(old, name=name, tags=asked.get("tags", old.tags))

        return await self._change(call, "update", changed)

    async def update_plugin(self, call: Call) -> Mapping[str, Any]:
        """Its options, version and upgrade mode, where given: payloads are read by them from the next one on."""
        asked = call.request

        def changed(old: Webhook) -> Webhook:
            options = asked.get("options", old.options)
            _check(old.receiver, options)
            return replace(
                old,
                options=options,
                version=asked.get("version", old.version),
                upgrade_mode=asked.get("upgrade_mode") or old.upgrade_mode,
            )

        return await self._change(call, "update_plugin", changed)

    async def verify_plugin(self, call: Call) -> Mapping[str, Any]:
        """Nothing, when there is such a mapping and its options are good."""
        _, webhook = await self._mine(call, "verify_plugin")
        _check(webhook.receiver, webhook.options)
        return {}

    async def enable(self, call: Call) -> Mapping[str, Any]:
        """It takes payloads."""
        return await self._change(call, "enable", lambda old: replace(old, is_enabled=True))

    async def disable(self, call: Call) -> Mapping[str, Any]:
        """It takes none."""
        return await self._change(call, "disable", lambda old: replace(old, is_enabled=False))

    async def delete(self, call: Call) -> Mapping[str, Any]:
        """It is gone; its events and alerts stay."""
        reach, webhook = await self._mine(call, "delete")
        try:
            await self._webhooks.remove(reach.by, webhook.id)
        except NotFound:
            raise reach.missing("webhook_id", webhook.id) from None
        return {}

    async def get(self, call: Call) -> Mapping[str, Any]:
        """One webhook."""
        reach, webhook = await self._mine(call, "get")
        return self._shown(call, webhook, masked=self._is_masked(reach))

    async def page(self, call: Call) -> Mapping[str, Any]:
        """Some webhooks."""
        reach = Reach.of(call, "Webhook", "list")
        return self._collection.page(reach, call.request, await self._rows(call, reach))

    async def stat(self, call: Call) -> Mapping[str, Any]:
        """What is computed from them."""
        reach = Reach.of(call, "Webhook", "stat")
        return self._collection.table(reach, call.request, await self._rows(call, reach))

    async def _rows(self, call: Call, reach: Reach) -> list[dict[str, Any]]:
        masked = self._is_masked(reach)
        every = await self._webhooks.every(reach.by)
        return [encode.webhook(webhook, base_url=call.base_url, masked=masked) for webhook in every]

    def _is_masked(self, reach: Reach) -> bool:
        return self._masks and not reach.may_write

    async def _mine(self, call: Call, verb: str) -> tuple[Reach, Webhook]:
        reach = Reach.of(call, "Webhook", verb)
        webhook_id = needed(call.request, "webhook_id")
        try:
            webhook = await self._webhooks.require(reach.by, webhook_id)
        except NotFound:
            raise reach.missing("webhook_id", webhook_id) from None
        if not reach.reaches(webhook.workspace, webhook.project):
            raise reach.missing("webhook_id", webhook_id)
        return reach, webhook

    async def _change(self, call: Call, verb: str, change: Callable[[Webhook], Webhook]) -> Mapping[str, Any]:
        reach, webhook = await self._mine(call, verb)
        try:
            changed = await self._webhooks.change(reach.by, webhook.id, change)
        except NotFound:
            raise reach.missing("webhook_id", webhook.id) from None
        except Conflict:
            raise _taken() from None
        return self._shown(call, changed)

    def _shown(self, call: Call, webhook: Webhook, *, masked: bool = False) -> dict[str, Any]:
        return self._collection.shown(encode.webhook(webhook, base_url=call.base_url, masked=masked))


def _name(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise errors.invalid("name", f"String value is too long. (max_length = {_LONGEST_NAME})")
    return name


def _check(receiver: str, options: Mapping[str, object]) -> None:
    """Return when payloads can be read by the options. Source: Cloudforet contract 14, at its end."""
    try:
        receivers.check(receiver, options)
    except UnknownOption as unknown:
        raise Fault(Code.NOT_SUPPORTED_OPTION, f"Not supported option. (key = {unknown.key})") from None
    except WrongOption as wrong:
        raise errors.wrong_type(f"options.{wrong.key}", wrong.expected) from None


def _taken() -> Fault:
    keys = ["name", "project_id", "workspace_id", "domain_id"]
    return Fault(Code.SAVE_UNIQUE_VALUES, f"Tried to save duplicate unique values. (keys = {keys})")
