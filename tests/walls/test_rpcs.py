"""The walls again, of the calls that come over gRPC: which there are is asked of the server, as its clients do."""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import pytest
from grpc import StatusCode, insecure_channel

from tests.acceptance.server import TOKEN, Server
from tests.walls.cloudforet import NOT_IMPLEMENTED, RPCS
from tests.walls.door import Door, Key
from tests.walls.reflected import PACKAGE, Client, Ended
from tests.walls.things import Neighbour, Things, account, filled, kept, nobodys, state
from whence.domain.access import Right

_FAILED: Final = "ERROR_AUTHENTICATE_FAILURE: Authenticate failure. (message = "
_BROKEN: Final = frozenset({StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.UNAVAILABLE})
_CLOSED: Final = [name for name, door in RPCS.items() if door.key is not Key.WEBHOOK]


@pytest.fixture(scope="module")
def client(whence: Server) -> Generator[Client]:
    """Of the running server."""
    with insecure_channel(f"127.0.0.1:{whence.grpc_port}") as channel:
        yield Client(channel)


def test_the_table_has_every_rpc(client: Client) -> None:
    """A new method needs a line in `cloudforet.py`, and a new service an owner."""
    others = {name for name in client.services if not name.startswith(f"{PACKAGE}.")}

    assert client.methods.keys() == {*RPCS, *NOT_IMPLEMENTED}
    assert others == {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.mark.parametrize("name", sorted(NOT_IMPLEMENTED))
def test_what_nobody_answers_says_so(client: Client, name: str) -> None:
    assert client.call(name, {}, TOKEN) == Ended(
        status=StatusCode.UNIMPLEMENTED, told="ERROR_NOT_IMPLEMENTED: Not implemented."
    )


@pytest.mark.parametrize("name", _CLOSED)
def test_no_call_is_answered_without_a_good_token(client: Client, name: str, bad_tokens: dict[str, str]) -> None:
    """[AC5] None, unknown, expired or revoked: each is told so, before anything else is looked at."""
    ends = {
        kind: client.call(name, RPCS[name].body, token) for kind, token in chain(bad_tokens.items(), [("none", None)])
    }

    assert {kind: end.status for kind, end in ends.items()} == dict.fromkeys(ends, StatusCode.UNAUTHENTICATED)
    said = {kind: end.told.removeprefix(_FAILED) for kind, end in ends.items()}
    missing = "empty token provided.)"
    assert said == {**dict.fromkeys(ends, "Token is invalid or expired.)"), "none": missing, "empty": missing}


@pytest.mark.parametrize("name", _CLOSED)
def test_every_other_right_is_not_enough(client: Client, name: str, make_token: Callable[..., tuple[str, str]]) -> None:
    """[AC5] A token with all rights but the one is denied; one with that right alone gets through."""
    door = RPCS[name]
    assert isinstance(door.key, Right)

    refused = client.call(name, door.body, make_token(*set(Right) - {Right.ADMIN, door.key})[1])
    let_in = client.call(name, door.body, make_token(door.key)[1])

    assert refused == Ended(status=StatusCode.PERMISSION_DENIED, told="ERROR_PERMISSION_DENIED: Permission denied.")
    assert let_in.status not in {*_BROKEN, StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A method, and a request that names something."""

    name: str
    request: Any
    stores: bool

    def __str__(self) -> str:
        return f"{self.name} {json.dumps(self.request)}"


def _reaches(rpcs: Mapping[str, Door]) -> list[Reach]:
    return [
        Reach(name=name, request=probe.json, stores=probe.stores)
        for name, door in rpcs.items()
        for probe in door.probes
    ]


def _without_names(end: Ended, things: Things) -> Ended:
    told = end.told
    for kind, name in things.items():
        told = told.replace(name, f"<{kind}>")
    return Ended(status=end.status, told=told)


@pytest.mark.parametrize("reach", [reach for reach in _reaches(RPCS) if not reach.stores], ids=str)
def test_a_stranger_cannot_tell_it_from_nothing(
    client: Client, reach: Reach, neighbour: Neighbour, stranger: str
) -> None:
    """[AC1] The answer about another account's thing is that about a thing that is nowhere."""
    nothing = nobodys(neighbour.things)
    asked = filled(reach.request, neighbour.things)
    before = state(neighbour.client)

    theirs = client.call(reach.name, asked, stranger)
    nobody = client.call(reach.name, filled(reach.request, nothing), stranger)

    assert theirs.status not in _BROKEN
    assert _without_names(theirs, neighbour.things) == _without_names(nobody, nothing)
    assert state(neighbour.client) == before
    sent = json.dumps(asked)
    assert [kind for kind, name in neighbour.things.items() if name in theirs.told and name not in sent] == []


@pytest.mark.parametrize("reach", [reach for reach in _reaches(RPCS) if reach.stores], ids=str)
def test_what_a_stranger_stores_is_its_own(whence: Server, client: Client, reach: Reach, neighbour: Neighbour) -> None:
    """[AC1] The same names in another account are other things: nothing is taken, and nothing there changes."""
    before = state(neighbour.client)
    _, token = account(whence)
    with whence.client(token) as own:
        empty = kept(own)

        stored = client.call(reach.name, filled(reach.request, neighbour.things), token)

        assert stored.status is StatusCode.OK, stored.told
        assert kept(own) != empty
    assert state(neighbour.client) == before


def test_one_condition_of_two_accounts_is_two_alerts(whence: Server, client: Client) -> None:
    """[AC1] The same key, title, project and idempotency key: neither is the other's, and each is the first."""
    payload = {"event_key": "k", "title": "same"}
    numbers: list[tuple[int, int]] = []
    for _ in range(2):
        _, token = account(whence)
        plugin = {"plugin_id": "plugin-api-direct-mon-webhook"}
        asked = {"name": "w", "plugin_info": plugin, "project_id": "project-same"}
        webhook = json.loads(client.call("Webhook.create", asked, token).told)
        with whence.client(None) as monitor:
            address = webhook["webhook_url"].removeprefix(whence.url)
            monitor.post(address, json=payload, headers={"idempotency-key": "same"}).raise_for_status()
        alerts = json.loads(client.call("Alert.list", {}, token).told)
        numbers += [(alert["alert_number"], alerts["total_count"]) for alert in alerts["results"]]

    assert numbers == [(1, 1), (1, 1)]


def test_a_key_opens_its_own_webhook_alone(client: Client, whence: Server, neighbour: Neighbour) -> None:
    """[AC1] The key of one's own webhook is no better for another's than a made-up one."""
    _, token = account(whence)
    asked = {"name": "w", "plugin_info": {"plugin_id": "x"}, "project_id": "p"}
    mine = json.loads(client.call("Webhook.create", asked, token).told)
    before = state(neighbour.client)

    end = client.call(
        "Event.create",
        {"webhook_id": neighbour.things["webhook"], "access_key": mine["access_key"], "data": {"title": "x"}},
        token,
    )

    assert end == Ended(status=StatusCode.PERMISSION_DENIED, told="ERROR_PERMISSION_DENIED: Permission denied.")
    assert state(neighbour.client) == before
