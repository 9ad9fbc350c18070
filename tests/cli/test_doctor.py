import json
import socket
from pathlib import Path
from typing import Any

from tests.acceptance.server import Server
from tests.cli.terminal import Terminal


def _findings(whence: Terminal, *arguments: str, code: int, **settings: str) -> dict[str, Any]:
    done = whence("doctor", "-o", "json", *arguments, **settings)
    assert done.returncode == code, done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["findings"]}


def test_all_is_well_beside_a_server(server: Server, at_server: Terminal) -> None:
    """A running server keeps nothing from being looked at."""
    found = _findings(at_server, code=0, WHENCE_PORT=str(server.port))

    levels = {name: one["level"] for name, one in found.items()}
    assert levels.pop("disk space") in {"ok", "warning"}
    assert levels == dict.fromkeys(
        ("settings", "data directory", "database", "schema", "database clock", "addresses", "port", "server", "token"),
        "ok",
    )
    assert "a whence serves" in found["port"]["text"]


def test_before_the_first_start(alone: Terminal, home: Path) -> None:
    """It tries PostgreSQL elsewhere, and leaves no data behind."""
    found = _findings(alone, code=0, WHENCE_URL="http://127.0.0.1:1")

    assert found["database"]["level"] == "ok"
    assert found["server"]["level"] == "warning"
    assert not (home / "data").exists()


def test_what_is_wrong_comes_with_a_remedy(alone: Terminal) -> None:
    """Every failure says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = _findings(
            alone,
            code=1,
            WHENCE_PORT=str(other.getsockname()[1]),
            WHENCE_DATABASE_URL="postgresql://someone:hushhush@127.0.0.1:1/x",
            WHENCE_PUBLIC_URL="https://whence.example.org",
            WHENCE_ALLOWED_HOSTS="localhost",
            WHENCE_URL="http://127.0.0.1:1",
        )

    failed = {name: one for name, one in found.items() if one["level"] == "failed"}
    assert set(failed) == {"database", "addresses", "port"}
    assert all(one["remedy"] for one in failed.values())
    assert "hushhush" not in json.dumps(found)


def test_a_token_that_is_not_known(at_server: Terminal) -> None:
    """It is tried at the server."""
    found = _findings(at_server, code=1, WHENCE_TOKEN="wrong", WHENCE_PORT="0")

    assert found["token"]["level"] == "failed"


def test_settings_that_cannot_be_read(alone: Terminal) -> None:
    """The first thing to mend."""
    found = _findings(alone, code=1, WHENCE_PORT="many")

    assert list(found) == ["settings"]
    assert "WHENCE_PORT" in found["settings"]["text"]


def test_a_table_for_people(at_server: Terminal) -> None:
    """The same, to read."""
    assert "PostgreSQL 18" in at_server.good("doctor", "--data-dir", at_server.settings["WHENCE_DATA_DIR"])
