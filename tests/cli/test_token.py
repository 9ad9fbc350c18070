from uuid import uuid4

import httpx
import pytest

from tests.acceptance.server import Server, bearer
from tests.cli.terminal import Terminal


def test_a_token_alone_on_stdout(at_server: Terminal) -> None:
    """Scripts take it as it is; it opens its account while the server runs."""
    token = at_server.good("token", "create", "--name", "ci", "--account", "builders").removesuffix("\n")

    assert token.startswith("wh_")
    assert at_server("events", WHENCE_TOKEN=token).returncode == 0


def test_rights(at_server: Terminal) -> None:
    """A reader may not write, and is told which right it lacks."""
    token = at_server.good("token", "create", "--name", "reader", "--rights", "read").strip()

    done = at_server("event", "send", "--title", "no", WHENCE_TOKEN=token)

    assert done.returncode == 1
    assert "events:write" in done.stderr


def test_all_about_it(at_server: Terminal, server: Server) -> None:
    """Format, expiry, limit and sight are as asked; each is spelled as the API has it."""
    options = ["--format", "jwt", "--sees", "all", "--expires-in", "90d", "--rate-per-minute", "60"]
    made = at_server.value("token", "create", "--name", "all", "--rights", "events:read", *options, "-o", "json")

    assert made["token"].count(".") == 2
    assert made["rights"] == ["events:read"]
    assert (made["sees"], made["rate_per_minute"]) == ("all", 60)
    assert made["expires_at"] is not None
    (listed,) = [one for one in server.get("/v1/tokens", limit=1000)["tokens"] if one["id"] == made["id"]]
    assert made == {**listed, "token": made["token"]}


def test_who_made_it_is_on_the_audit_trail(at_server: Terminal, server: Server) -> None:
    """Of its account, what it may do; of the installation's, the account that was made for it, once; no secret."""
    name = f"t-{uuid4().hex}"
    options = ["--account", name, "--rights", "admin", "--option", "komodor.repeat_seconds=0"]

    first, second = (at_server.value("token", "create", "--name", "ci", *options, "-o", "json") for _ in range(2))

    answer = httpx.get(f"{server.url}/v1/audit", headers=bearer(first["token"]))
    told = [(e["action"], e["noun"], e["noun_id"], e["token"], e["detail"]) for e in answer.json()["entries"]]
    by_hand = {"id": None, "name": "command line"}
    detail = "ci; admin; komodor.repeat_seconds=0"
    assert told == [("created", "token", made["id"], by_hand, detail) for made in (second, first)]
    assert "wh_" not in answer.text
    entries = server.get("/v1/audit", limit=200)["entries"]
    assert [(e["action"], e["noun"], e["token"]) for e in entries if e["detail"] == name] == [
        ("created", "account", by_hand)
    ]


def test_own_options(at_server: Terminal) -> None:
    """As many as are given; kept, and shown."""
    options = ["--option", "komodor.repeat_seconds=0", "--option", "komodor.pair_fingerprints=false"]

    made = at_server.value("token", "create", "--name", "own", *options, "-o", "json")

    assert made["options"] == {"komodor": {"repeat_seconds": "0", "pair_fingerprints": "false"}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["komodor"], "DIALECT.OPTION=TEXT"),
        (["komodor.strict"], "DIALECT.OPTION=TEXT"),
        (["=1"], "DIALECT.OPTION=TEXT"),
        (["nobody.strict=1"], "no such dialect"),
        (["komodor.strict=1"], "no option strict"),
        (["komodor.repeat_seconds=soon"], "whole seconds"),
        (["komodor.repeat_seconds=1", "komodor.repeat_seconds=2"], "twice"),
    ],
)
def test_options_that_are_none(alone: Terminal, given: list[str], said: str) -> None:
    """Wrong usage, told without opening a database."""
    options = [part for one in given for part in ("--option", one)]

    done = alone("token", "create", "--name", "x", *options)

    assert done.returncode == 2
    assert said in done.stderr
    assert list(alone.home.iterdir()) == []


@pytest.mark.parametrize("rights", ["", "everything", "read,fly"])
def test_rights_that_are_none(alone: Terminal, rights: str) -> None:
    """Wrong usage; the good ones are named."""
    done = alone("token", "create", "--name", "x", "--rights", rights)

    assert done.returncode == 2
    assert "read, write, admin" in done.stderr


@pytest.mark.parametrize("rate", ["0", "10000001", "1.5"])
def test_rates_that_are_none(alone: Terminal, rate: str) -> None:
    """As the API has it: wrong usage, told without opening a database."""
    done = alone("token", "create", "--name", "x", "--rate-per-minute", rate)

    assert done.returncode == 2
    assert "--rate-per-minute" in done.stderr
    assert list(alone.home.iterdir()) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb"])
def test_names_that_are_none(alone: Terminal, name: str) -> None:
    """Wrong usage, told without opening a database."""
    done = alone("token", "create", "--name", name)

    assert done.returncode == 2
    assert "1 to 200 characters" in done.stderr
    assert list(alone.home.iterdir()) == []


def test_names_of_the_greatest_length(at_server: Terminal) -> None:
    """Are good ones, as the API takes them."""
    name = "\u00e9" * 200

    made = at_server.value("token", "create", "--name", name, "--account", name, "-o", "json")

    assert (made["name"], made["account"]) == (name, name)


def test_without_a_server(alone: Terminal) -> None:
    """The machine in hand is enough."""
    assert alone.good("token", "create", "--name", "first").startswith("wh_")
