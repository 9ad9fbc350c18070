"""Waiting until an account's entities change, here or on another node; nobody asks the database again and again."""

import asyncio
from uuid import UUID
from weakref import WeakValueDictionary


class Changes:
    """The next change of each account that somebody waits for; what nobody holds any more is forgotten by itself."""

    def __init__(self) -> None:
        self._next: WeakValueDictionary[UUID, asyncio.Event] = WeakValueDictionary()
        self.are_over = False

    def following(self, account: UUID) -> asyncio.Event:
        """Set at the first change from now on."""
        event = self._next.get(account)
        if event is None:
            event = self._next[account] = asyncio.Event()
        return event

    def happened(self, account: UUID) -> None:
        """Something of the account changed."""
        if (event := self._next.pop(account, None)) is not None:
            event.set()

    def end(self) -> None:
        """Nothing more is waited for: who waits is woken, and sees that changes are over."""
        self.are_over = True
        self.may_have_happened()

    def may_have_happened(self) -> None:
        """Something may have been said unheard: who waits looks again."""
        for account in list(self._next):
            self.happened(account)
