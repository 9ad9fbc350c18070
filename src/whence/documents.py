"""What a dialect keeps beside an entity, or beside the account: descriptors, custom data, definitions.

The core does not look into them. What describes an entity is written with it by `Catalog.write`, in one transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import EllipsisType

from whence.domain.access import Principal
from whence.domain.document import Document
from whence.store import documents
from whence.store.pool import Pool


class Documents:
    """What an account's documents are. At most `store.documents.MOST_AT_ONCE` a call: Invalid is raised beyond."""

    def __init__(self, pool: Pool, *, most_bytes: int = documents.MOST_BYTES) -> None:
        self._pool = pool
        self._most_bytes = most_bytes

    async def put(self, by: Principal, given: Sequence[Document]) -> list[Document]:
        """The documents, as they stand now: each replaces whole the one of its name; of two of one, the last counts.

        Raises:
            NotFound: an owner is no entity's id.
            TooLarge: a value or a text is larger than a body may be.
        """
        now = datetime.now(UTC)
        async with self._pool.transaction() as db:
            return await documents.put(db, by.account_id, given, at=now, most_bytes=self._most_bytes)

    async def get(self, by: Principal, owner: str | None, kind: str, key: str) -> Document | None:
        """The document of this name, if there is one; `owner` None: of the account."""
        async with self._pool.reader() as db:
            return await documents.get(db, by.account_id, owner, kind, key)

    async def page(
        self,
        by: Principal,
        *,
        owner: str | EllipsisType | None,
        kind: str,
        after: str | None = None,
        skip: int = 0,
        limit: int,
    ) -> tuple[list[Document], int]:
        """At most `limit` of the owner's documents of a kind, and how many there are; as `store.documents.page`.

        Args:
            owner: None: of the account; ...: of the account and of all its entities.
        """
        async with self._pool.reader() as db:
            return await documents.page(db, by.account_id, owner=owner, kind=kind, after=after, skip=skip, limit=limit)

    async def of(self, by: Principal, owners: Sequence[str | None], kinds: Sequence[str]) -> list[Document]:
        """Every document of one of the owners (None: the account) and one of the kinds, by owner, kind and key."""
        async with self._pool.reader() as db:
            return await documents.of(db, by.account_id, owners, kinds)

    async def remove(self, by: Principal, owner: str | None, kind: str, keys: Sequence[str] | None) -> list[Document]:
        """The owner's documents of a kind with these keys, or (None) all, are gone; those that were, by key."""
        async with self._pool.transaction() as db:
            return await documents.remove(db, by.account_id, owner, kind, keys)
