"""The calls over events. Source: Cloudforet contract 7 to 10."""

from collections.abc import Mapping
from typing import Any, Final

from whence.dialects import Context
from whence.dialects.cloudforet.asked import Fields
from whence.dialects.cloudforet.call import Call, Handler
from whence.dialects.cloudforet.collection import Collection, answerable, listed, tabled
from whence.dialects.cloudforet.encode import message
from whence.dialects.cloudforet.errors import Fault, required
from whence.dialects.cloudforet.fields import needed
from whence.dialects.cloudforet.options import Options
from whence.dialects.cloudforet.posting import Posting
from whence.dialects.cloudforet.reach import Reach
from whence.domain.access import Sees
from whence.domain.query import Sort
from whence.domain.signal import FIELDS
from whence.receivers.keys import bounded

_FIELDS: Final = Fields(
    schema=FIELDS,
    aliases={"resource": "resources", "user_projects": "project_id"},
    minimal=("event_id", "event_key", "event_type", "title", "severity", "alert_id"),
    sort=(Sort("created_at", descending=True), Sort("event_id", descending=True)),
    word_fields=("event_id", "title"),
)
_NAMED: Final[Mapping[str, str]] = {
    **{
        name: name
        for name in (
            "event_id", "event_key", "event_type", "severity", "provider", "account", "project_id", "alert_id",
            "webhook_id",
        )
    },
    "resource": "resources",
}  # fmt: skip


class Events:
    """The calls."""

    def __init__(self, context: Context, options: Options, posting: Posting) -> None:
        self._signals = context.signals
        self._most_rows = options.most_rows
        self._posting = posting
        self._collection = Collection(_FIELDS, _NAMED, kept={"event_key": bounded})

    def handlers(self) -> Mapping[str, Handler]:
        """Each call, by its name."""
        return {
            "Event.create": self.create,
            "Event.get": self.get,
            "Event.list": self.page,
            "Event.stat": self.stat,
        }

    async def create(self, call: Call) -> Mapping[str, Any]:
        """What a monitor says, for a webhook of its receiver; its key is the credential."""
        asked = call.request
        webhook_id = needed(asked, "webhook_id")
        access_key = needed(asked, "access_key")
        if "data" not in asked:
            raise required("data")
        webhook = await self._posting.webhook(webhook_id, access_key)
        try:
            data = asked["data"]
        except Fault:
            await self._posting.misread(webhook)
            raise
        key = call.metadata.get("idempotency-key", "")
        await self._posting.store(webhook, data, key=key)
        return {}

    async def get(self, call: Call) -> Mapping[str, Any]:
        """One event."""
        reach = Reach.of(call, "Event", "get")
        event_id = needed(call.request, "event_id")
        every = reach.by.sees is Sees.ALL
        found = await self._signals.get(reach.by, event_id, reach.conditions({}), every=every)
        if not found.rows:
            raise reach.missing("event_id", event_id)
        return message(found.rows[0])

    async def page(self, call: Call) -> Mapping[str, Any]:
        """Some events, the newest first unless the query says otherwise."""
        reach = Reach.of(call, "Event", "list")
        asked = self._collection.query(reach, call.request)
        every = reach.by.sees is Sees.ALL
        with answerable():
            return listed(await self._signals.find(reach.by, asked, every=every, most_rows=self._most_rows))

    async def stat(self, call: Call) -> Mapping[str, Any]:
        """What is computed from them."""
        reach = Reach.of(call, "Event", "stat")
        asked = self._collection.statistics(reach, call.request)
        every = reach.by.sees is Sees.ALL
        with answerable():
            return tabled(await self._signals.tabulate(reach.by, asked, every=every, most_rows=self._most_rows))
