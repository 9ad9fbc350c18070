"""What monitors post: `POST /monitoring/v1/webhook/{webhook_id}/{access_key}/events`.

Source: Cloudforet contract 7.2.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request

from whence.dialects import Context
from whence.dialects.cloudforet.answer import Answer
from whence.dialects.cloudforet.body import json_object
from whence.dialects.cloudforet.errors import Fault
from whence.dialects.cloudforet.posting import Posting

_DONE: Final = b"{}"
_KEYS: Final = ("idempotency-key", "x-amz-sns-message-id")  # SNS's own, which a raw delivery has nowhere else


def endpoint(context: Context, posting: Posting) -> Callable[[Request], Awaitable[Answer]]:
    """Takes what is posted; answers when it is durable, also when nothing of it had to be stored."""

    async def ingest(request: Request) -> Answer:
        webhook_id, access_key = (unquote(request.path_params[name]) for name in ("webhook_id", "access_key"))
        webhook = await posting.webhook(webhook_id, access_key)
        try:
            data = await json_object(context, request, key="data")
        except Fault:
            await posting.misread(webhook)
            raise
        key = next(filter(None, map(request.headers.get, _KEYS)), "")
        await posting.store(webhook, data, key=key)
        return Answer(_DONE)

    return ingest
