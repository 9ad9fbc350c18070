"""What another account has is as good as nothing: not shown, not told from nothing, and never changed."""

import json
from dataclasses import dataclass
from typing import Final

import httpx
import pytest

from tests.acceptance.server import Server
from tests.walls.door import Probe
from tests.walls.doors import DOORS
from tests.walls.speech import SPEECH
from tests.walls.things import Neighbour, Things, account, filled, furnished, kept, nobodys, path, state

_TAKES_AWAY: Final = ("/close", "/archive", "/delete", "/rekey")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A probe and the route that it goes through."""

    dialect: str
    method: str
    path: str
    probe: Probe

    @property
    def names_something(self) -> bool:
        return "<" in self.probe.path + json.dumps([self.probe.query, self.probe.json])

    @property
    def is_harmless(self) -> bool:
        """Whether its owner has as much after it as before, or more."""
        return self.method in {"GET", "POST", "PUT"} and not self.path.endswith(_TAKES_AWAY)

    def __str__(self) -> str:
        # Workers that share the tests must call each by one name: it holds no time.
        query = {name: value for name, value in (self.probe.query or {}).items() if name != "at"}
        named = json.dumps([query, self.probe.json])
        return f"{self.method} {self.probe.path or self.path} {named}"


_REACHES: Final = [
    Reach(dialect=dialect, method=method, path=route, probe=probe)
    for dialect, doors in DOORS.items()
    for (method, route), door in doors.items()
    for probe in door.probes
]
_READING: Final = [reach for reach in _REACHES if not reach.probe.stores]
_STORING: Final = [reach for reach in _REACHES if reach.probe.stores]


def _ask(whence: Server, reach: Reach, token: str, things: Things) -> httpx.Response:
    """The answer; of a stream, which does not end, only its head."""
    probe = reach.probe
    where = path(probe.path or reach.path, things)
    body = {} if probe.json is None else {"json": filled(probe.json, things)}
    with (
        whence.client(None) as client,
        client.stream(
            reach.method,
            where,
            params=filled(probe.query, things),
            headers=SPEECH[reach.dialect].header(token),
            **body,
        ) as answer,
    ):
        if not _is_stream(answer):
            answer.read()
        return answer


def _is_stream(answer: httpx.Response) -> bool:
    return "event-stream" in answer.headers.get("content-type", "")


def _without_names(answer: httpx.Response, things: Things) -> tuple[int, str | None, str]:
    text = "" if _is_stream(answer) else answer.text.replace(answer.headers["x-request-id"], "")
    for kind, name in things.items():
        text = text.replace(name, f"<{kind}>")
    return answer.status_code, answer.headers.get("content-type"), text


@pytest.mark.parametrize("reach", _READING, ids=str)
def test_a_stranger_cannot_tell_it_from_nothing(
    whence: Server, reach: Reach, neighbour: Neighbour, stranger: str
) -> None:
    """[AC1] The answer about another account's thing is, byte for byte, that about a thing that is nowhere."""
    nothing = nobodys(neighbour.things)
    before = state(neighbour.client)

    theirs = _ask(whence, reach, stranger, neighbour.things)
    nobody = _ask(whence, reach, stranger, nothing)

    assert theirs.status_code < 500
    assert _without_names(theirs, neighbour.things) == _without_names(nobody, nothing)
    assert state(neighbour.client) == before
    sent = str(theirs.request.url) + theirs.request.content.decode()
    told = [kind for kind, name in neighbour.things.items() if name in theirs.text and name not in sent]
    assert told == []


@pytest.mark.parametrize("reach", _STORING, ids=str)
def test_what_a_stranger_stores_is_its_own(whence: Server, reach: Reach, neighbour: Neighbour) -> None:
    """[AC1] The same names in another account are other things: nothing is a duplicate, and nothing there changes."""
    before = state(neighbour.client)
    _, token = account(whence)
    with whence.client(token) as client:
        empty = kept(client)

    answer = _ask(whence, reach, token, neighbour.things)

    assert answer.is_success
    assert "duplicate" not in answer.text
    assert "x-idempotent-replay" not in answer.headers
    assert state(neighbour.client) == before
    with whence.client(token) as client:
        assert kept(client) != empty


@pytest.mark.parametrize("reach", [reach for reach in _READING if reach.names_something], ids=str)
def test_its_owner_can_reach_what_the_probes_name(whence: Server, reach: Reach, neighbour: Neighbour) -> None:
    """The probes prove something: the owner's answer is another than that about nothing."""
    with whence.client(neighbour.token if reach.is_harmless else account(whence)[1]) as client:
        token = client.headers["authorization"].removeprefix("Bearer ")
        things = neighbour.things if reach.is_harmless else furnished(client, "", token)

    nobody = _ask(whence, reach, token, nobodys(things))
    mine = _ask(whence, reach, token, things)

    assert mine.status_code < 500
    assert _without_names(mine, things) != _without_names(nobody, nobodys(things))
