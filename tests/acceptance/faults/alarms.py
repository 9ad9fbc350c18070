"""Monitors that report and recover, each report sent again until it was answered."""

import asyncio
from collections import Counter
from itertools import count
from typing import Any, Final

import httpx

from tests.acceptance.server import Server, await_fact

_PAUSE_SECONDS: Final = 0.02  # before the same is sent again
_EVERY_SECONDS: Final = 0.2  # a monitor says something new
_LIMIT_SECONDS: Final = 90.0
_GROUPED_SECONDS: Final = 30.0
_REPORTS: Final = 2  # of one alarm before it recovers


class Alarms:
    """Monitors in the account of a token. Each alarm has a key of its own; the last of each monitor stays open.

    `reported`: how often each key was, as far as the answers tell; `over`: the keys that recovered.
    """

    def __init__(self, server: Server, token: str, *, monitors: int = 4) -> None:
        self._server = server
        self._token = token
        self._monitors = monitors
        self._goes_on = True
        self.reported: Counter[str] = Counter()
        self.over: set[str] = set()
        self.statuses: Counter[int] = Counter()

    async def run(self) -> None:
        """Report until told to stop, and until everything was answered."""
        async with (
            asyncio.timeout(_LIMIT_SECONDS),
            self._server.aclient(self._token) as client,
            asyncio.TaskGroup() as group,
        ):
            for n in range(self._monitors):
                group.create_task(self._watch(client, n))

    async def until_over(self) -> None:
        """Return when an alarm is."""
        async with asyncio.timeout(_LIMIT_SECONDS):
            while not self.over:
                await asyncio.sleep(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Report nothing new."""
        self._goes_on = False

    async def _watch(self, client: httpx.AsyncClient, monitor: int) -> None:
        for turn in count():
            key = f"{monitor}-{turn}"
            for nth in range(_REPORTS):
                await self._tell(client, "problem", key, once=f"{key}-{nth}")
                self.reported[key] += 1
                await asyncio.sleep(_EVERY_SECONDS)
            if not self._goes_on:
                return
            await self._tell(client, "recovery", key, once=f"{key}-over")
            self.over.add(key)

    async def _tell(self, client: httpx.AsyncClient, kind: str, key: str, *, once: str) -> None:
        report = {"kind": kind, "title": f"{kind} of {key}", "key": key, "type": f"errors-{key}"}
        while True:
            try:
                answer = await client.post("/v1/events", json=report, headers={"idempotency-key": once})
                self.statuses[answer.status_code] += 1
                if answer.is_success:
                    return
            except httpx.TransportError:
                self.statuses[0] += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    def assert_consistent(self, *, most: int = 1) -> None:
        """Alerts count the reports of their keys and ended if these recovered; problems have the alerts they say.

        `most`: alerts of one key; more than one when the clock said that the time of one was over. It may have said so
        of the last of them, too.
        """
        alerts = self._listed("alerts")
        counted: Counter[str] = Counter()
        for alert in alerts:
            counted[alert["key"]] += alert["report_count"]

        assert counted == self.reported
        assert max(Counter(alert["key"] for alert in alerts).values()) <= most
        begun, going = self.reported.keys() - self.over, {one["key"] for one in alerts if one["state"] == "open"}
        assert going <= begun
        assert going == begun or most > 1
        assert {one["closed_by"] for one in alerts if one["key"] in begun - going} <= {"timeout"}
        assert most > 1 or {alert["closed_by"] for alert in alerts} <= {"recovery", None}
        await_fact(
            lambda: self._agree(or_later=most > 1),
            seconds=_GROUPED_SECONDS,
            what="every open alert has a problem, and all of them agree",
        )

    def _agree(self, *, or_later: bool) -> bool:
        """`or_later`: a problem whose alerts ended at a time that is still to come may be open until then."""
        alerts, problems = self._listed("alerts"), self._listed("problems")
        held = Counter(alert["problem_id"] for alert in alerts if alert["problem_id"] is not None)
        going = {alert["problem_id"] for alert in alerts if alert["state"] == "open"}
        open_ids = {problem["id"] for problem in problems if problem["state"] == "open"}
        return (
            held == {problem["id"]: problem["alert_count"] for problem in problems}
            and (going <= open_ids if or_later else going == open_ids)
            and len({problem["name"] for problem in problems}) == len(problems)
        )

    def _listed(self, noun: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        with self._server.client(self._token) as client:
            while True:
                page = client.get(f"/v1/{noun}", params={"limit": 200, **cursor}).raise_for_status().json()
                found += page[noun]
                if page["next"] is None:
                    return found
                cursor = {"cursor": page["next"]}
