"""`whence account`: tenants, from the machine of the server or without one."""

from uuid import uuid4

import pytest

from tests.acceptance.server import Server, await_fact
from tests.cli.terminal import Terminal


def named() -> str:
    """A name that nobody has."""
    return f"acme-{uuid4()}"


def test_an_account_is_made_kept_and_deleted(at_server: Terminal, server: Server) -> None:
    """Beside a running server, which hears of it: a token of the account opens nothing when it is deleted."""
    name = named()
    made = at_server.good("account", "create", name).strip()
    token = at_server.good("token", "create", "--name", "ci", "--account", name).strip()

    kept = at_server.value("account", "retention", name, "400", "-o", "json")
    (listed,) = [one for one in at_server.value("account", "list", "-o", "json")["accounts"] if one["name"] == name]
    (told,) = [one for one in server.get("/v1/accounts", limit=1000)["accounts"] if one["name"] == name]
    opened = at_server("events", WHENCE_TOKEN=token)
    deleted = at_server.value("account", "delete", name, "--confirm", name, "-o", "json")

    assert listed == kept == told
    assert (kept["id"], kept["retention_days"], kept["own_retention_days"]) == (made, 400, 400)
    assert opened.returncode == 0
    assert (deleted["id"], deleted["state"]) == (made, "deleting")
    await_fact(lambda: at_server("events", WHENCE_TOKEN=token).returncode == 1, seconds=30, what="nothing opens it")
    await_fact(lambda: name not in at_server.good("account", "list"), seconds=60, what="it is gone")
    entries = server.get("/v1/audit", limit=200)["entries"]
    mine = [(e["action"], e["token"]["name"], e["detail"]) for e in entries if e["noun_id"] == made]
    assert mine == [("deleted", "command line", name), ("created", "command line", name)]


def test_a_retention_is_taken_back(alone: Terminal) -> None:
    """Then the account is kept as long as the others."""
    alone.good("account", "create", "acme")
    alone.good("account", "retention", "acme", "36500")

    back = alone.value("account", "retention", "acme", "default", "-o", "json")

    assert (back["retention_days"], back["own_retention_days"]) == (90, None)


@pytest.mark.parametrize("days", ["0", "36501", "-1", "1.5", "ever", "\uff19"])
def test_days_that_are_none(alone: Terminal, days: str) -> None:
    """Wrong usage, told without opening a database."""
    done = alone("account", "retention", "acme", "--", days)

    assert done.returncode == 2
    assert "36500" in done.stderr
    assert list(alone.home.iterdir()) == []


@pytest.mark.parametrize("name", ["", " ", "\u3000", "x" * 201, "a\nb", "a\x1b[31mb", "a\u202eb", "a\x85b"])
def test_names_that_are_none(alone: Terminal, name: str) -> None:
    """Wrong usage, told without opening a database: neither an account nor a token's account is called so."""
    for arguments in (["account", "create", "--", name], ["token", "create", "--name", "ci", "--account", name]):
        done = alone(*arguments)

        assert done.returncode == 2, arguments
        assert "1 to 200 characters" in done.stderr
        assert list(alone.home.iterdir()) == []


@pytest.mark.parametrize("arguments", [["list"], ["retention", "acme", "5"], ["delete", "acme", "--confirm", "acme"]])
def test_where_no_database_is_none_is_made(alone: Terminal, arguments: list[str]) -> None:
    """Whoever mistyped the directory is told, and not shown an empty one."""
    done = alone("account", *arguments)

    assert done.returncode == 3
    assert f"there is no database in {alone.settings['WHENCE_DATA_DIR']}" in done.stderr
    assert list(alone.home.iterdir()) == []


def test_a_deletion_names_the_account_twice(alone: Terminal) -> None:
    """Wrong usage, told without opening a database."""
    done = alone("account", "delete", "acme", "--confirm", "acne")

    assert done.returncode == 2
    assert "--confirm" in done.stderr
    assert list(alone.home.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "default"], "already"),
        (["delete", "default", "--confirm", "default"], "cannot be deleted"),
        (["delete", "nobody's", "--confirm", "nobody's"], "no account nobody's"),
        (["retention", "nobody's", "30"], "no account nobody's"),
    ],
    ids=["taken", "the installation's own", "delete nobody's", "keep nobody's"],
)
def test_what_cannot_be_done(at_server: Terminal, arguments: list[str], said: str) -> None:
    """Is refused with the reason."""
    done = at_server("account", *arguments)

    assert done.returncode == 1
    assert said in done.stderr
