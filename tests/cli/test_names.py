import json
from typing import Final

from tests.cli.answering import Answer, answering
from whence.cli.client import Client, Json
from whence.cli.names import Names

_EVENT: Final[Json] = {"entities": ["SERVICE-1", "SERVICE-2"]}
_TOLD: Final[Answer] = 200, {}, json.dumps({"entities": [{"id": "SERVICE-1", "name": "till"}]}).encode()
_BROKEN: Final[Answer] = 500, {}, b'{"error":{"code":"internal","message":"something broke"}}'
_FORBIDDEN: Final[Answer] = 403, {}, b'{"error":{"code":"forbidden","message":"entities:read is needed"}}'


def test_each_is_asked_for_once() -> None:
    """Of whom nobody has a name, the id; and that is not asked for again."""
    answers = iter([_TOLD])

    with answering(lambda: next(answers)) as url, Client(url, "token") as client:
        names = Names(client)
        assert names.of([_EVENT, _EVENT]) == {"SERVICE-1": "till", "SERVICE-2": "SERVICE-2"}
        assert names.of([_EVENT]) == {"SERVICE-1": "till", "SERVICE-2": "SERVICE-2"}


def test_what_may_not_be_read_is_not_asked_for_again() -> None:
    """A token has a right, or has it not."""
    answers = iter([_FORBIDDEN])

    with answering(lambda: next(answers)) as url, Client(url, "token") as client:
        names = Names(client)
        assert names.of([_EVENT]) == {"SERVICE-1": "SERVICE-1", "SERVICE-2": "SERVICE-2"}
        assert names.of([_EVENT]) == {"SERVICE-1": "SERVICE-1", "SERVICE-2": "SERVICE-2"}


def test_a_server_that_breaks_is_asked_again_with_the_next_event() -> None:
    """Meanwhile events are told without names."""
    answers = iter([_BROKEN, _TOLD])

    with answering(lambda: next(answers)) as url, Client(url, "token") as client:
        names = Names(client)
        assert names.of([_EVENT]) == {}
        assert names.of([_EVENT])["SERVICE-1"] == "till"


def test_a_server_that_goes_away_takes_no_name_that_is_known_with_it() -> None:
    """And what it no longer can tell stops nobody."""
    with answering(lambda: _TOLD) as url:
        client = Client(url, "token")
        names = Names(client)
        names.of([_EVENT])

    with client:
        assert names.of([_EVENT, {"entities": ["SERVICE-3"]}]) == {"SERVICE-1": "till", "SERVICE-2": "SERVICE-2"}
