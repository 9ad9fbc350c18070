"""Where a reader stands in a long list: cursors that cannot be forged and do not slip when rows are added."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Generic, TypeVar, cast
from uuid import UUID

from whence.domain.errors import Invalid
from whence.domain.event import Span

_MAC_BYTES: Final = 16  # forging one takes 2**127 guesses on average
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")


class Order(StrEnum):
    """Newest first, or oldest first; events of one instant by their id, in the same direction."""

    NEWEST = "-time"
    OLDEST = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The place behind the event that began at `at` with this id, on a walk through `window`."""

    order: Order
    window: Span
    at: datetime
    event_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some of what was asked for; `following` is where the rest begins, None when there is no more."""

    items: tuple[T, ...]
    following: str | None


def seal(secret: bytes, fields: list[object]) -> str:
    """The fields as an opaque text that only a holder of the secret can make."""
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return urlsafe_b64encode(_mac(secret, payload) + payload).rstrip(b"=").decode()


def unseal(secret: bytes, text: str) -> list[object]:
    """What `seal` was given.

    Raises:
        Invalid: the text was not made with this secret.
    """
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:  # also UnicodeEncodeError and binascii.Error
        raise Invalid.at("cursor", "is not one that this server gave to this account") from None
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, payload)):
        raise Invalid.at("cursor", "is not one that this server gave to this account")
    return cast("list[object]", json.loads(payload))


def seal_cursor(secret: bytes, cursor: Cursor) -> str:
    """The cursor as the caller gets it."""
    window = cursor.window
    return seal(
        secret,
        [
            "e",
            cursor.order,
            _micros(window.start),
            _micros(window.end),
            _micros(cursor.at),
            cursor.event_id.hex,
        ],
    )


def unseal_cursor(secret: bytes, text: str) -> Cursor:
    """The cursor that the caller brings back.

    Raises:
        Invalid: it is not one of this account's cursors over events.
    """
    match unseal(secret, text):
        case ["e", str(order), int(start), int(end), int(at), str(event_id)]:
            return Cursor(
                order=Order(order),
                window=Span(start=_instant(start), end=_instant(end)),
                at=_instant(at),
                event_id=UUID(hex=event_id),
            )
        case _:
            raise Invalid.at("cursor", "belongs to another list")


def _mac(secret: bytes, payload: bytes) -> bytes:
    return hmac.new(secret, payload, sha256).digest()[:_MAC_BYTES]


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
