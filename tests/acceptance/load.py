"""Many senders at once, who remember what they sent and what they were told."""

import asyncio
import json
from collections import Counter
from itertools import count
from typing import Final

import httpx

from tests.acceptance.server import Server

_BATCH: Final = 40
_PAUSE_SECONDS: Final = 0.02  # before the same is sent again
_LIMIT_SECONDS: Final = 100.0  # on a busy machine, too


class Load:
    """Senders of single events and of batches; half of them send again, with an idempotency key, until answered.

    `sent`: the title of every event. `answered`: of those that were answered 2xx. `statuses`: how often each
    was the answer; 0 stands for none. `waits`: the `Retry-After` of every 503.
    """

    def __init__(self, server: Server, *, senders: int = 24) -> None:
        self._server = server
        self._senders = senders
        self._numbers = count()
        self._goes_on = True
        self.sent: set[str] = set()
        self.answered: set[str] = set()
        self.persistent: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.waits: list[str | None] = []

    async def run(self) -> None:
        """Send until told to stop, and until everything that is sent again was answered."""
        limits = httpx.Limits(max_connections=self._senders, max_keepalive_connections=self._senders)
        async with (
            asyncio.timeout(_LIMIT_SECONDS),
            self._server.aclient(limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            for n in range(self._senders):
                size = _BATCH if n % 4 > 1 else 1
                group.create_task(self._send(client, size=size, persistent=n % 2 == 1))

    async def until(self, further: int) -> None:
        """Return when so many more events were answered."""
        goal = len(self.answered) + further
        async with asyncio.timeout(_LIMIT_SECONDS):
            while len(self.answered) < goal:
                await asyncio.sleep(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Send nothing new."""
        self._goes_on = False

    async def _send(self, client: httpx.AsyncClient, *, size: int, persistent: bool) -> None:
        while self._goes_on:
            titles = [f"event {next(self._numbers)}" for _ in range(size)]
            self.sent.update(titles)
            if persistent:
                self.persistent.update(titles)
            while not await self._post(client, titles, key=titles[0].replace(" ", "-") if persistent else None):
                await asyncio.sleep(_PAUSE_SECONDS)
                if not persistent:
                    break

    async def _post(self, client: httpx.AsyncClient, titles: list[str], *, key: str | None) -> bool:
        headers = {"idempotency-key": key} if key else {}
        bodies = [json.dumps({"title": title, "type": "load"}) for title in titles]
        if len(titles) > 1:
            headers["content-type"] = "application/x-ndjson"
        try:
            answer = await client.post("/v1/events", content="\n".join(bodies), headers=headers)
        except httpx.TransportError:
            self.statuses[0] += 1
            return False
        self.statuses[answer.status_code] += 1
        if answer.status_code == 503:
            self.waits.append(answer.headers.get("retry-after"))
        if answer.is_success:
            self.answered.update(titles)
        return answer.is_success


def stored(server: Server, **query: str) -> Counter[str]:
    """How often each title is stored, of the last day unless the query says more."""
    with server.client() as client, client.stream("GET", "/v1/events/export", params=query) as answer:
        answer.raise_for_status()
        return Counter(json.loads(line)["title"] for line in answer.iter_lines())


def assert_nothing_lost_nothing_twice(load: Load, server: Server) -> None:
    """What was answered is stored once; what was sent until it was answered, too; of the rest nothing twice."""
    found = stored(server)

    assert not {title for title in load.answered if found[title] != 1}
    assert load.persistent <= load.answered
    assert not {title for title, times in found.items() if times > 1}
    assert found.keys() <= load.sent
