"""The same request sent again: under the sender's key, or the very same bytes. Nothing is stored twice.

Source: DESK contract 3.8. A request makes as many events as it has entities, so a key is one for each of them: its
place among the results under the sender's key, which finds all of a first answer again; the entity's id under the
bytes, so that an entity which came meanwhile gets its event.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from starlette.requests import Request

from whence.dialects.desk.errors import Fault, Place
from whence.dialects.desk.vocabulary import NAME
from whence.domain.access import Principal
from whence.domain.errors import Conflict, Invalid
from whence.domain.event import Once
from whence.ingest import Ingest

HEADER: Final = "idempotency-key"
_LONGEST: Final = 200  # characters
_MOST_TOGETHER: Final = 500  # places asked for at a time
_KEY_LIFETIME: Final = timedelta(hours=24)
_BYTES_LIFETIME: Final = timedelta(seconds=60)


class Keyed:
    """A request with a key of the sender's."""

    def __init__(self, key: str, content: bytes) -> None:
        self._key = key
        self._content = sha256(content).digest()

    @classmethod
    def of(cls, request: Request, content: bytes) -> "Keyed | None":
        """The request's key, if it has one.

        Args:
            content: all that was sent, and where to: another under the same key is a conflict.

        Raises:
            Invalid: the key is empty, or too long.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not 1 <= len(key) <= _LONGEST:
            fault = Fault(path="Idempotency-Key", message=f"size must be between 1 and {_LONGEST}", place=Place.HEADER)
            raise Invalid([fault])
        return cls(key, content)

    def once(self, place: int, _: str) -> Once:
        """The promise for the event at that place of the answer, from 0."""
        return Once(key=self._at(place), content=self._content, lifetime=_KEY_LIFETIME)

    async def stored(self, ingest: Ingest, by: Principal) -> list[UUID]:
        """The events of the request that had the key first, in the order of its answer; none when this is the first.

        Raises:
            Conflict: that one said something else.
        """
        found: list[UUID] = []
        more = True
        while more:
            keys = [self._at(place) for place in range(len(found), len(found) + _MOST_TOGETHER if found else 1)]
            holders = await ingest.held(by.account_id, keys)
            if any(holder.content != self._content for holder in holders.values()):
                raise Conflict("Idempotency-Key was used for another request")
            found += [holders[key].event_id for key in keys if key in holders]
            more = len(holders) == len(keys)
        return found

    def _at(self, place: int) -> str:
        return f"{NAME} key {self._key}\0{place}"


class SameBytes:
    """A request without a key."""

    def __init__(self, content: bytes) -> None:
        self._content = sha256(content).digest()

    def once(self, _: int, entity_id: str) -> Once:
        """The promise for the event on that entity."""
        key = f"{NAME} body {self._content.hex()}\0{entity_id}"
        return Once(key=key, content=self._content, lifetime=_BYTES_LIFETIME)
