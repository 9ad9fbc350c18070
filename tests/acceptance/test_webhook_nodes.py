"""Webhooks on several servers of one database: a change holds everywhere at once, and nothing that came is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack
from itertools import count, cycle
from typing import Any, Final

import httpx
import pytest

from tests.acceptance.server import Server

_ROUNDS: Final = 20
_PAUSE_SECONDS: Final = 0.02  # before the same is sent again
_LIMIT_SECONDS: Final = 60.0
_MONITORS: Final = 24
_KEYS: Final = 40
_DIRECT: Final = {"plugin_id": "plugin-api-direct-mon-webhook"}

Json = dict[str, Any]
_numbers = count()


class Node:
    """One of the servers, with a connection that stays."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def call(self, path: str, body: Json) -> Json:
        """The good answer to a call."""
        return self._client.post(f"/monitoring/v1/{path}", json=body).raise_for_status().json()

    def rekey(self, webhook: Json) -> Json:
        """The webhook as it was, with its new key."""
        path = f"/v1/webhooks/{webhook['webhook_id']}/rekey"
        return {**webhook, "access_key": self._client.post(path).raise_for_status().json()["access_key"]}

    def post(self, webhook: Json, body: object = None) -> tuple[int, str]:
        """What a signal of its own (or the body) is answered: the status, and the code of what is wrong."""
        answer = self._client.post(_path(webhook), json=_signal(f"key {next(_numbers)}") if body is None else body)
        return answer.status_code, answer.json().get("detail", {}).get("code", "")

    def created(self, name: str = "monitor") -> Json:
        """A new webhook."""
        return self.call("webhook/create", {"name": name, "plugin_info": _DIRECT, "project_id": "project-shop"})

    def requests(self, webhook: Json) -> Json:
        """How often it was posted to, and how often in vain."""
        return self.call("webhook/get", {"webhook_id": webhook["webhook_id"]})["requests"]


def _path(webhook: Json) -> str:
    return f"/monitoring/v1/webhook/{webhook['webhook_id']}/{webhook['access_key']}/events"


def _signal(key: str, title: str = "Orders fail") -> Json:
    return {"event_key": key, "title": title, "severity": "ERROR"}


@pytest.fixture(scope="module")
def servers(shared: Server) -> Generator[tuple[Server, Server]]:
    """Two, on one database."""
    other = Server(shared.home, name="other")
    try:
        yield shared, other.start()
    finally:
        other.end()


@pytest.fixture
def nodes(servers: tuple[Server, Server], tenant_token: Callable[..., str]) -> Generator[tuple[Node, Node]]:
    """The two, asked for an account of the test's own."""
    token = tenant_token()
    with ExitStack() as stack:
        one, other = (Node(stack.enter_context(server.client(token))) for server in servers)
        yield one, other


def test_a_webhook_is_disabled_and_enabled_on_every_node_at_once(nodes: tuple[Node, Node]) -> None:
    """[WH2] The very next payload at the other one is refused, or taken; what was refused is not counted."""
    here, there = nodes
    webhook = here.created()
    named = {"webhook_id": webhook["webhook_id"]}

    answers: Counter[tuple[int, str]] = Counter()
    for _ in range(_ROUNDS):
        here.call("webhook/disable", named)
        answers[there.post(webhook)] += 1
        there.call("webhook/enable", named)
        answers[here.post(webhook)] += 1
        here, there = there, here

    assert answers == {(400, "ERROR_WEBHOOK_STATE_DISABLED"): _ROUNDS, (200, ""): _ROUNDS}
    assert here.requests(webhook) == there.requests(webhook) == {"total": str(_ROUNDS)}


def test_a_webhook_has_its_new_key_on_every_node_at_once(nodes: tuple[Node, Node]) -> None:
    """[WH2] The old one opens nothing from the very next payload on."""
    here, there = nodes
    webhook = here.created()

    answers: list[tuple[int, str]] = []
    for _ in range(_ROUNDS):
        renewed = here.rekey(webhook)
        answers += [there.post(webhook), there.post(renewed)]
        webhook = renewed
        here, there = there, here

    assert answers == [(403, "ERROR_PERMISSION_DENIED"), (200, "")] * _ROUNDS
    assert here.requests(webhook) == {"total": str(_ROUNDS)}


def test_a_webhook_is_made_and_removed_on_every_node_at_once(nodes: tuple[Node, Node]) -> None:
    """[WH2] Made here it takes the next payload there; removed there it takes none here. Its events stay."""
    here, there = nodes

    answers: list[tuple[int, str]] = []
    for _ in range(_ROUNDS):
        webhook = here.created()
        answers.append(there.post(webhook))
        there.call("webhook/delete", {"webhook_id": webhook["webhook_id"]})
        answers.append(here.post(webhook))
        here, there = there, here

    assert answers == [(200, ""), (404, "ERROR_NOT_FOUND")] * _ROUNDS
    assert here.call("event/list", {})["total_count"] == _ROUNDS


def test_another_way_to_read_payloads_holds_on_every_node_at_once(nodes: tuple[Node, Node]) -> None:
    """The very next payload at the other one is read by the webhook's new options."""
    here, there = nodes
    webhook = here.created()

    for n in range(_ROUNDS):
        converted = {"event_key": "key {{ n }}", "title": f"round {n}"}
        options = {"convert_data": converted}
        here.call("webhook/update-plugin", {"webhook_id": webhook["webhook_id"], "options": options})
        there.post(webhook, {"n": n})
        here, there = there, here

    listed = here.call("event/list", {"query": {"sort": [{"key": "created_at"}]}})["results"]
    assert [(event["event_key"], event["title"]) for event in listed] == [
        (f"key {n}", f"round {n}") for n in range(_ROUNDS)
    ]


def test_first_signals_at_both_nodes_are_one_alert(servers: tuple[Server, Server], nodes: tuple[Node, Node]) -> None:
    """[AL1, WH1] However many come at once: one alert a key, numbers without gaps, and every payload is counted."""
    keys, times = 25, 4
    node, _ = nodes
    webhook = node.created()
    bodies = [_signal(f"key {n}") for n in range(keys)] * times

    statuses = asyncio.run(_posted_at_once(servers, _path(webhook), bodies))
    misread = nodes[1].post(webhook, ["no object"])

    assert statuses == {200: 2 * keys * times}
    assert misread == (400, "ERROR_INVALID_PARAMETER_TYPE")
    alerts = node.call("alert/list", {})["results"]
    events = node.call("event/list", {})
    assert sorted(alert["alert_number"] for alert in alerts) == list(range(1, keys + 1))
    assert events["total_count"] == 2 * keys * times
    assert set(Counter((event["event_key"], event["alert_id"]) for event in events["results"]).values()) == {2 * times}
    assert node.requests(webhook) == {"total": str(2 * keys * times + 1), "error": "1"}


def test_a_repeated_payload_is_one_event_whichever_node_takes_it(
    servers: tuple[Server, Server], nodes: tuple[Node, Node]
) -> None:
    """[IN3, WH1] The same idempotency key at both, all at once: each payload is stored once, each post counted."""
    node, _ = nodes
    webhook = node.created()
    titles = [f"round {n}" for n in range(_ROUNDS)]
    bodies = [_signal("orders", title) for title in titles] * 2

    statuses = asyncio.run(_posted_at_once(servers, _path(webhook), bodies, key="title"))

    events = node.call("event/list", {})["results"]
    assert statuses == {200: 4 * _ROUNDS}
    assert sorted(event["title"] for event in events) == sorted(titles)
    assert node.requests(webhook) == {"total": str(4 * _ROUNDS)}


async def _posted_at_once(
    servers: tuple[Server, Server], path: str, bodies: list[Json], *, key: str | None = None
) -> Counter[int]:
    """How often each status was the answer when each body was posted to each of the servers.

    Args:
        key: the member of a body that is its idempotency key.
    """
    async with servers[0].aclient() as one, servers[1].aclient() as other:
        posts = [
            client.post(path, json=body, headers={"idempotency-key": body[key]} if key else {})
            for body in bodies
            for client in (one, other)
        ]
        return Counter(answer.status_code for answer in await asyncio.gather(*posts))


class Monitors:
    """Post signals to both servers; every second one says its idempotency key, and posts again until answered.

    `sent`: the title of each; `persistent`: those that were posted until answered; `answered`: those that were.
    """

    def __init__(self, servers: tuple[Server, Server], path: str) -> None:
        self._servers = servers
        self._path = path
        self._goes_on = True
        self._numbers = count()
        self.sent: set[str] = set()
        self.persistent: set[str] = set()
        self.answered: set[str] = set()
        self.statuses: Counter[int] = Counter()

    async def run(self) -> None:
        """Post until told to stop."""
        async with asyncio.timeout(_LIMIT_SECONDS), asyncio.TaskGroup() as group:
            for n in range(_MONITORS):
                order = self._servers if n % 4 < 2 else self._servers[::-1]
                group.create_task(self._post_on(*order, persistent=n % 2 == 1))

    async def until(self, further: int) -> None:
        """Return when so many more were answered."""
        goal = len(self.answered) + further
        async with asyncio.timeout(_LIMIT_SECONDS):
            while len(self.answered) < goal:
                await asyncio.sleep(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Post nothing new."""
        self._goes_on = False

    async def _post_on(self, first: Server, second: Server, *, persistent: bool) -> None:
        """One of them. Who posts again does so at the other server first."""
        async with first.aclient(None) as mine, second.aclient(None) as yours:
            turns = cycle((mine, yours))
            client = next(turns)
            while self._goes_on:
                number = next(self._numbers)
                body = _signal(f"key {number % _KEYS}", f"signal {number}")
                self.sent.add(body["title"])
                headers = {"idempotency-key": str(number)} if persistent else {}
                if persistent:
                    self.persistent.add(body["title"])
                while not await self._post(client, body, headers) and persistent:
                    client = next(turns)
                    await asyncio.sleep(_PAUSE_SECONDS)

    async def _post(self, client: httpx.AsyncClient, body: Json, headers: dict[str, str]) -> bool:
        try:
            answer = await client.post(self._path, json=body, headers=headers)
        except httpx.TransportError:
            self.statuses[0] += 1
            return False
        self.statuses[answer.status_code] += 1
        if answer.is_success:
            self.answered.add(body["title"])
        return answer.is_success


async def _strike(monitors: Monitors, server: Server) -> None:
    """Let them post all the while; kill the server in the middle, twice."""
    async with asyncio.TaskGroup() as group:
        group.create_task(monitors.run())
        for _ in range(2):
            await monitors.until(further=400)
            await asyncio.to_thread(server.restart, kill=True)
        await monitors.until(further=200)
        monitors.stop()


def test_what_was_acknowledged_survives_the_death_of_a_node(
    servers: tuple[Server, Server], nodes: tuple[Node, Node]
) -> None:
    """[IN1, IN3, WH1] Every acknowledged signal is there, and none twice; those of one key have one open alert."""
    lives, dies = nodes[0], servers[1]
    webhook = lives.created()
    monitors = Monitors(servers, _path(webhook))

    asyncio.run(_strike(monitors, dies))

    asked: Json = {"query": {"only": ["title", "event_key", "alert_id"]}}
    events = lives.call("event/list", asked)["results"]
    alerts = lives.call("alert/list", {})["results"]
    found = Counter(event["title"] for event in events)
    assert monitors.statuses.keys() <= {200, 503, 0}
    assert monitors.persistent <= monitors.answered <= found.keys() <= monitors.sent
    assert set(found.values()) == {1}
    assert len({(event["event_key"], event["alert_id"]) for event in events}) == len(alerts) == _KEYS
    assert sorted(alert["alert_number"] for alert in alerts) == list(range(1, _KEYS + 1))
    assert int(lives.requests(webhook)["total"]) >= len(events)
