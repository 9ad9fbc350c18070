"""What is posted to a webhook, whichever way: the webhook is found, its key is shown, and the payload is taken.

Source: Cloudforet contract 7.2, 7.3.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import to_json

from whence.deliver import Manner
from whence.dialects import Context
from whence.dialects.cloudforet import errors
from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.projects import inactive
from whence.dialects.cloudforet.reach import denied
from whence.dialects.cloudforet.vocabulary import NAME
from whence.domain.webhook import Webhook

_LONGEST_KEY: Final = 200  # characters of an idempotency key


class Posting:
    """Takes payloads."""

    def __init__(self, context: Context, options: Options) -> None:
        self._webhooks = context.webhooks
        self._turns = context.access.turns
        self._deliver = context.deliver
        self._manner = Manner(dialect=NAME, recovers=options.recovers, confirms=options.confirm_subscriptions)

    async def webhook(self, webhook_id: str, access_key: str) -> Webhook:
        """The webhook that takes payloads now, when its account's turn has come.

        Raises:
            Fault: there is none, the key is not its own, or it takes nothing.
            Unavailable: too many requests of the account are under way.
        """
        cannot_be = "\0" in webhook_id  # which no database takes
        door = None if cannot_be else await self._webhooks.door(webhook_id)
        if door is None:
            raise Fault(Code.NOT_FOUND, f"Resource cannot be found or access is denied. (webhook_id = {webhook_id})")
        webhook = door.webhook
        if not webhook.opens_with(access_key):
            raise denied()
        await self._turns.take(webhook.account_id)
        if not webhook.is_enabled:
            raise Fault(Code.WEBHOOK_STATE_DISABLED, f"Webhook state is disabled. (webhook_id = {webhook_id})")
        if door.is_removed:
            raise inactive(webhook.project, webhook.workspace)
        return webhook

    async def store(self, webhook: Webhook, data: Mapping[str, Any], *, key: str) -> None:
        """The payload of the webhook is stored. Raises Refusal when it cannot be."""
        key = key.strip()
        if len(key) > _LONGEST_KEY:
            raise errors.invalid("Idempotency-Key", f"String value is too long. (max_length = {_LONGEST_KEY})")
        await self._deliver.take(webhook, data, to_json(data).decode(), key=key or None, manner=self._manner)

    async def misread(self, webhook: Webhook) -> None:
        """A payload that was none counts as a request that failed."""
        await self._deliver.count(webhook, failed=True)
