"""A signal on its way in: with the webhook that it came through and the payload that it was read out of."""

from uuid import UUID

from whence.domain.immutable import immutable
from whence.domain.signal import Signal
from whence.domain.webhook import Webhook


@immutable
class Payload:
    """What was posted: the JSON text, kept once under `id` for all signals that were read out of it."""

    id: UUID
    text: str


@immutable
class Delivery:
    """One signal of a payload. `counts`: it is the first of them, and stands for the request in the webhook's counts.

    `failed`: some of the payload could not be read. `recovers`: whether a recovery ends an alert by itself in a project
    that does not say.
    """

    signal: Signal
    webhook: Webhook
    payload: Payload
    counts: bool
    failed: bool
    recovers: bool
