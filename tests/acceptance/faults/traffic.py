"""All that a server is asked at once, and the books by which it is reconciled afterwards."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from tests.acceptance.faults.alarms import Alarms
from tests.acceptance.load import Load
from tests.acceptance.reader import Reader
from tests.acceptance.server import TOKEN, Server

_PAUSE_SECONDS: Final = 0.05
_FAR: Final = timedelta(days=2)  # a window that holds everything, whatever clock told its time
_SENDERS: Final = 12


class Traffic:
    """Senders of events, somebody who follows them, monitors in an account of their own, and those who are refused.

    `statuses`: how often each was an answer to any of them; 0 stands for none.
    """

    def __init__(self, server: Server) -> None:
        server.send("POST", "/v1/accounts", {"name": "monitored"})
        token = server.send("POST", "/v1/tokens", {"name": "m", "account": "monitored", "rights": ["admin"]})["token"]
        self._server = server
        self._goes_on = True
        self._refused: set[str] = set()
        self._refusals: Counter[int] = Counter()
        self.load = Load(server, senders=_SENDERS)
        self.reader = Reader(server=server)
        self.alarms = Alarms(server, token)

    @property
    def statuses(self) -> Counter[int]:
        return self.load.statuses + self.alarms.statuses + self._refusals

    def run(self, *strikes: Callable[[], object], before: int = 400, after: int = 400) -> None:
        """Send all the while; strike in the middle of it, once so many events were answered since the last time."""
        asyncio.run(self._run(strikes, before, after))

    async def _run(self, strikes: tuple[Callable[[], object], ...], before: int, after: int) -> None:
        async with asyncio.TaskGroup() as group:
            following = group.create_task(self.reader.run())
            await self.reader.until_connected()
            sending = [group.create_task(work) for work in (self.load.run(), self.alarms.run(), self._spoil())]
            for strike in strikes:
                await self.load.until(further=before)
                await asyncio.to_thread(strike)
            await self.load.until(further=after)
            await self.alarms.until_over()
            self._goes_on = False
            for one in (self.load, self.alarms):
                one.stop()
            await asyncio.wait(sending)
            await self.reader.until(len(await asyncio.to_thread(exported, self._server)))
            following.cancel()

    async def _spoil(self) -> None:
        """Send what is to be refused, by its body or its token."""
        async with self._server.aclient() as good, self._server.aclient("wh_nobody") as nobody:
            while self._goes_on:
                for client, kind in ((good, "strange"), (nobody, "info")):
                    title = f"refused {len(self._refused)}"
                    self._refused.add(title)
                    try:
                        answer = await client.post("/v1/events", json={"title": title, "kind": kind})
                    except httpx.TransportError:
                        self._refusals[0] += 1
                    else:
                        self._refusals[answer.status_code] += 1
                await asyncio.sleep(_PAUSE_SECONDS)

    def assert_reconciled(self, *, besides: frozenset[str] = frozenset(), alerts_a_key: int = 1) -> None:
        """What was answered is stored once and was told once; what was refused is nowhere; counts are those of rows.

        `besides`: titles that somebody else sent; `alerts_a_key`: as `Alarms.assert_consistent` takes it.
        """
        rows = exported(self._server)
        found = Counter(str(row["title"]) for row in rows)
        told = Counter(self.reader.titles)

        assert not {title for title in self.load.answered if found[title] != 1}
        assert self.load.persistent <= self.load.answered
        assert not {title for title, times in found.items() if times > 1} - besides
        assert found.keys() <= self.load.sent | besides
        assert not self._refused & found.keys()
        assert told == found
        assert self.reader.resets == 0
        assert_counts(self._server, rows)
        self.alarms.assert_consistent(most=alerts_a_key)
        assert self.statuses.keys() <= {200, 201, 400, 401, 503, 0}
        assert all(wait is not None and int(wait) >= 1 for wait in self.load.waits)
        assert not [line for line in self._server.said.splitlines() if '"background.broken"' in line]


def window() -> dict[str, str]:
    """The query of one that holds everything."""
    now = datetime.now(UTC)
    return {"from": (now - _FAR).isoformat(), "to": (now + _FAR).isoformat()}


def exported(server: Server, token: str = TOKEN) -> list[dict[str, Any]]:
    """All events of the token's account, as rows have them."""
    with server.client(token) as client, client.stream("GET", "/v1/events/export", params=window()) as answer:
        answer.raise_for_status()
        return [json.loads(line) for line in answer.iter_lines()]


def assert_counts(server: Server, rows: list[dict[str, Any]], token: str = TOKEN) -> None:
    """What is counted by the hour in the same commit agrees with the rows."""
    with server.client(token) as client:
        facets, histogram = (
            client.get(f"/v1/events/{shape}", params=window()).raise_for_status().json()
            for shape in ("facets", "histogram")
        )
    of_types = {facet["value"]: facet["count"] for facet in facets["facets"]["type"]}

    assert facets["total"] == len(rows)
    assert of_types == Counter(row["type"] for row in rows)
    assert sum(bucket[grade] for bucket in histogram["buckets"] for grade in bucket if grade != "time") == len(rows)
