"""Every route is behind the door that the table says, in every dialect."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Final

import httpx
import pytest

from tests.acceptance.server import TOKEN, Server
from tests.walls.door import Door, Key
from tests.walls.doors import DOORS
from tests.walls.routes import concrete, served
from tests.walls.speech import SPEECH
from whence.domain.access import Right

Where = tuple[str, str, str, Door]

_ALL: Final[list[Where]] = [
    (dialect, method, path, door) for dialect, doors in DOORS.items() for (method, path), door in doors.items()
]
_CLOSED: Final = [where for where in _ALL if where[3].key not in {Key.NONE, Key.WEBHOOK, Key.SESSION}]
_OURS: Final = [where for where in _CLOSED if where[0] == "native"]
_VENDORS: Final = [where for where in _ALL if where[0] != "native" and where[3].key is not Key.NONE]
_NO_STREAM: Final = {"last-event-id": "of nobody"}  # else a good answer of the stream would never end


def _named(where: Where) -> str:
    return f"{where[1]} {where[2]}"


def test_the_table_has_every_route(whence: Server) -> None:
    """A new route needs a line in `doors.py`: the right that opens it, and how one could reach through it."""
    assert served(whence) == {name: frozenset(doors) for name, doors in DOORS.items()}


def _ask(whence: Server, where: Where, token: str | None, session: Mapping[str, str] | None = None) -> httpx.Response:
    dialect, method, path, door = where
    headers = {**(session or {}), **({} if token is None else SPEECH[dialect].header(token))}
    with whence.client(None) as client:
        return client.request(method, concrete(path), headers={**_NO_STREAM, **headers}, json=door.body)


@pytest.mark.parametrize("where", _CLOSED, ids=_named)
def test_no_door_opens_without_a_good_token(whence: Server, where: Where, bad_tokens: dict[str, str]) -> None:
    """[AC5] None, unknown, expired or revoked: each is told in the dialect's way, before anything else is looked at."""
    speech = SPEECH[where[0]]

    answers = {name: _ask(whence, where, token) for name, token in chain(bad_tokens.items(), [("none", None)])}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, speech.unauthenticated
    )
    assert [name for name, answer in answers.items() if not speech.refuses(answer)] == []


@pytest.mark.parametrize("where", _CLOSED, ids=_named)
def test_every_other_right_is_not_enough(
    whence: Server, where: Where, make_token: Callable[..., tuple[str, str]]
) -> None:
    """[AC5] A token with all rights but the one gets 403; one with that right alone gets through."""
    key = where[3].key
    without = set(Right) - {Right.ADMIN}
    match key:
        case Key.BOOTSTRAP:
            without, enough = set(Right), TOKEN
        case Right():
            without, enough = without - {key}, make_token(key)[1]
        case _:
            enough = make_token(Right.WRITE_PROBLEMS)[1]

    refused = _ask(whence, where, make_token(*without)[1])
    let_in = _ask(whence, where, enough)

    if key is not Key.ANY:
        assert refused.status_code == 403
        assert SPEECH[where[0]].refuses(refused)
    assert let_in.status_code not in {401, 403}
    assert let_in.status_code < 500


@pytest.mark.parametrize("where", [where for where in _ALL if where[3].key is Key.NONE], ids=_named)
def test_an_open_door_needs_nothing(whence: Server, where: Where) -> None:
    assert _ask(whence, where, None).status_code == where[3].answers


@pytest.mark.parametrize("where", [where for where in _ALL if where[3].key is Key.WEBHOOK], ids=_named)
def test_no_token_opens_the_door_of_a_webhook(whence: Server, where: Where, bad_tokens: dict[str, str]) -> None:
    """[WH1] It is not looked at: whoever has no access key is refused for that, whatever else they have."""
    answers = [_ask(whence, where, token) for token in (None, *bad_tokens.values(), TOKEN)]

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert {answer.text for answer in answers} == {answers[0].text}
    assert SPEECH[where[0]].refuses(answers[0])


@pytest.mark.parametrize("where", [where for where in _ALL if where[3].key is Key.SESSION], ids=_named)
def test_no_token_opens_the_door_of_a_session(whence: Server, where: Where, bad_tokens: dict[str, str]) -> None:
    """[AC7] Only the cookie says who is signed in."""
    answers = [_ask(whence, where, token) for token in (None, *bad_tokens.values(), TOKEN)]

    assert {answer.status_code for answer in answers} == {401}
    assert all(SPEECH[where[0]].refuses(answer) for answer in answers)


@pytest.mark.parametrize("where", _OURS, ids=_named)
def test_a_session_opens_what_its_token_does(whence: Server, where: Where, session: dict[str, str]) -> None:
    """[AC7, AC9] Every door of ours; what changes something only with the session's own token."""
    cookie = {"cookie": session["cookie"]}

    without = _ask(whence, where, None, cookie)
    let_in = _ask(whence, where, None, session)
    elsewhere = _ask(whence, where, None, {**session, "origin": "https://evil.example"})
    bearer = _ask(whence, where, "wh_nobody", session)

    assert let_in.status_code not in {401, 403}
    assert let_in.status_code < 500
    assert (without.status_code == 403) is (where[1] != "GET")
    assert (elsewhere.status_code, bearer.status_code) == (403, 401)


@pytest.mark.parametrize("where", _VENDORS, ids=_named)
def test_no_session_opens_a_door_of_a_vendor_s(whence: Server, where: Where, session: dict[str, str]) -> None:
    """[AC9] With the cookie it is as without: a vendor's clients have no browser."""
    plain, answer = _ask(whence, where, None), _ask(whence, where, None, session)

    assert answer.status_code == plain.status_code
    assert answer.status_code in {400, 401, 403, 404}
    assert SPEECH[where[0]].refuses(answer)
    assert "set-cookie" not in answer.headers
