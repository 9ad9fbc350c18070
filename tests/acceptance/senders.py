"""Senders who try once more: what a request needs that meets a server, or a worker of one, that is going away."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count, cycle
from typing import Final

import httpx

from tests.acceptance.load import stored
from tests.acceptance.server import Server

_PAUSE_SECONDS: Final = 0.01
_LIMIT_SECONDS: Final = 100.0
_BETWEEN: Final = 200  # events that are answered from one strike to the next


class Senders:
    """Each sends events, one after the other, with an idempotency key, over a connection of its own to each server.

    An attempt that is not answered, or with 503, is made once more, at the next server where there are several, and at
    once: it is there by then, or there is another.

    `sent`: the title of every event. `answered`: of those that were answered well. `failed`: of those that were not,
    twice, with what happened. `again`: how many attempts were the second.

    Args:
        name: what the titles begin with; nobody else's do.
    """

    def __init__(self, *servers: Server, name: str, senders: int = 16) -> None:
        self._servers = servers
        self._name = name
        self._senders = senders
        self._numbers = count()
        self._goes_on = True
        self.sent: set[str] = set()
        self.answered: set[str] = set()
        self.failed: dict[str, str] = {}
        self.again = 0

    def struck(self, *strikes: Callable[[], None]) -> None:
        """Send all the while, and strike again and again."""

        async def strike() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._run())
                for one in strikes:
                    await self._until(further=_BETWEEN)
                    await asyncio.to_thread(one)
                await self._until(further=_BETWEEN)
                self._goes_on = False

        asyncio.run(strike())

    def stored(self, server: Server) -> Counter[str]:
        """How often each of our titles is stored there."""
        return Counter({title: times for title, times in stored(server).items() if title.startswith(self._name)})

    async def _run(self) -> None:
        async with asyncio.timeout(_LIMIT_SECONDS), asyncio.TaskGroup() as group:
            for n in range(self._senders):
                group.create_task(self._sender(n))

    async def _until(self, *, further: int) -> None:
        goal = len(self.answered) + further
        async with asyncio.timeout(_LIMIT_SECONDS):
            while len(self.answered) < goal:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _sender(self, n: int) -> None:
        clients = [server.aclient() for server in self._servers]
        turns = cycle(clients[n % len(clients) :] + clients[: n % len(clients)])
        try:
            client = next(turns)
            while self._goes_on:
                title = f"{self._name} {next(self._numbers)}"
                self.sent.add(title)
                first = await _attempt(client, title)
                if first is not None:
                    self.again += 1
                    client = next(turns)
                    if second := await _attempt(client, title):
                        self.failed[title] = f"{first}, then {second}"
                        await asyncio.sleep(_PAUSE_SECONDS)
                        continue
                self.answered.add(title)
        finally:
            for client in clients:
                await client.aclose()


async def _attempt(client: httpx.AsyncClient, title: str) -> str | None:
    """What went wrong; None when it was answered well."""
    body = {"title": title, "type": "load"}
    try:
        answer = await client.post("/v1/events", json=body, headers={"idempotency-key": title.replace(" ", "-")})
    except httpx.TransportError as exc:
        return repr(exc)
    return None if answer.is_success else str(answer.status_code)


def assert_all_once(senders: Senders, server: Server) -> None:
    """Every event was answered, by the second attempt at the latest, and is stored exactly once."""
    assert senders.failed == {}
    assert senders.answered == senders.sent
    assert senders.stored(server) == Counter(senders.sent)


def assert_kept(senders: Senders, server: Server) -> None:
    """What was answered is stored exactly once, and nothing is twice."""
    found = senders.stored(server)

    assert not {title for title in senders.answered if found[title] != 1}
    assert not {title for title, times in found.items() if times > 1}
    assert found.keys() <= senders.sent
