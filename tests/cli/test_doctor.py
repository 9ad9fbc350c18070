import json
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.server import WHENCE, Server, environment, free_port
from tests.cli.terminal import Terminal
from whence.cli.database_checks import clock, growth, release
from whence.cli.finding import Finding
from whence.cli.surroundings import space
from whence.settings import Settings

_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  a test asks what is said of it
_AWAY: Final = "postgresql://x@127.0.0.1:1/x"  # where nothing is, which costs no time


def _findings(whence: Terminal, *arguments: str, code: int, **settings: str) -> dict[str, Any]:
    done = whence("doctor", "-o", "json", *arguments, **settings)
    assert done.returncode == code, done.stdout + done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["findings"]}


def test_all_is_well_beside_a_server(server: Server, at_server: Terminal) -> None:
    """A running server keeps nothing from being looked at."""
    found = _findings(at_server, code=0, WHENCE_PORT=str(server.port))

    levels = {name: one["level"] for name, one in found.items()}
    of_the_machine = {levels.pop(name) for name in ("disk space", "data directory", "open files")}
    assert of_the_machine <= {"ok", "warning"}
    assert set(levels.values()) == {"ok"}
    assert set(levels) == {
        "settings", "variables", "database", "schema", "encoding", "durability", "connections", "locks", "notices",
        "database clock", "months", "growth", "addresses", "encryption", "metrics", "bootstrap token", "port",
        "gRPC port", "server", "token",
    }  # fmt: skip
    assert "a whence serves" in found["port"]["text"]


def test_before_the_first_start(alone: Terminal, home: Path) -> None:
    """It tries PostgreSQL elsewhere, and leaves no data behind."""
    found = _findings(alone, code=0, WHENCE_URL="http://127.0.0.1:1")

    assert found["database"]["level"] == "ok"
    assert found["server"]["level"] == "warning"
    assert not (home / "data").exists()


@pytest.mark.parametrize("stands", [False, True], ids=["before the first start", "with data"])
def test_more_workers_than_the_embedded_postgresql_serves(alone: Terminal, stands: bool) -> None:  # noqa: FBT001
    """[OP4] It says what `serve` would say, and not that all is well."""
    if stands:
        alone.good("db", "upgrade")
    refused = alone("serve", WHENCE_WORKERS="6")

    found = _findings(alone, code=1, WHENCE_WORKERS="6")["connections"]

    assert refused.returncode == 2
    assert found["level"] == "failed"
    assert found["text"] in refused.stderr
    assert found["remedy"] in refused.stderr
    assert _findings(alone, code=0, WHENCE_WORKERS="5").get("connections", {"level": "ok"})["level"] == "ok"


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
    assert "whether PostgreSQL listens there" in failed["database"]["remedy"]
    assert "hushhush" not in json.dumps(found)


def test_a_token_that_is_not_known(at_server: Terminal) -> None:
    """It is tried at the server."""
    found = _findings(at_server, code=1, WHENCE_TOKEN="wrong", WHENCE_PORT="0")

    assert found["token"]["level"] == "failed"


def test_settings_that_cannot_be_read(alone: Terminal) -> None:
    """The first thing to mend."""
    found = _findings(alone, code=1, WHENCE_PORT="many")

    assert list(found) == ["settings", "variables"]
    assert "WHENCE_PORT" in found["settings"]["text"]


def test_a_misspelt_variable_is_noticed(alone: Terminal) -> None:
    """[OP4] With the setting that is likely meant; options of a dialect that is there are settings."""
    found = _findings(
        alone,
        code=1,
        WHENCE_DATABASE_URL=_AWAY,
        WHENCE_RETENTION_DAY="7",
        WHENCE_DIALECTS__KOMODOR__REPEAT_SECONDS="0",
        WHENCE_DIALECTS__NOBODY__REPEAT_SECONDS="0",
    )["variables"]

    assert found["level"] == "warning"
    assert found["text"].endswith("WHENCE_DIALECTS__NOBODY__REPEAT_SECONDS, WHENCE_RETENTION_DAY")
    assert "WHENCE_RETENTION_DAY: is WHENCE_RETENTION_DAYS meant?" in found["remedy"]


def test_a_data_directory_that_cannot_be(alone: Terminal, home: Path) -> None:
    """[OP4] Below a file nothing can be made, whoever asks."""
    (home / "file").write_text("")

    found = _findings(alone, code=1, WHENCE_DATA_DIR=str(home / "file" / "data"))

    assert found["data directory"]["level"] == "failed"


def test_a_data_directory_that_is_a_link_to_nothing(alone: Terminal, home: Path) -> None:
    """[OP4] As one that leads to itself: `serve` says what is wrong with it, too."""
    loop = home / "loop"
    loop.symlink_to(loop)

    found = _findings(alone, code=1, WHENCE_DATA_DIR=str(loop))
    refused = alone("serve", WHENCE_DATA_DIR=str(loop))

    assert found["data directory"]["level"] == "failed"
    assert "leads nowhere" in found["data directory"]["text"]
    assert (refused.returncode, "Traceback" in refused.stderr) == (3, False)
    assert "WHENCE_DATA_DIR names another" in refused.stderr


def test_a_data_directory_that_cannot_be_looked_for(alone: Terminal) -> None:
    """[OP4] The system does not say whether it is there, as of one whose parent is closed to us: its reason is told."""
    nowhere = f"/{'x' * 300}"

    found = _findings(alone, code=1, WHENCE_DATA_DIR=nowhere)
    refused = alone("account", "list", WHENCE_DATA_DIR=nowhere)

    assert found["database"]["level"] == "failed"
    assert "File name too long" in found["database"]["text"]
    assert refused.returncode == 3
    assert "WHENCE_DATA_DIR names another" in refused.stderr


def test_a_data_directory_in_memory(alone: Terminal) -> None:
    """[OP4] It would be gone with the next restart of the machine."""
    found = _findings(alone, code=0, WHENCE_DATA_DIR=f"/dev/shm/{uuid4().hex}")  # noqa: S108  whether it is noticed

    assert found["data directory"]["level"] == "warning"
    assert "is in memory (tmpfs)" in found["data directory"]["text"]


@pytest.mark.parametrize(
    ("name", "variable"), [("gRPC port", "WHENCE_GRPC_PORT"), ("metrics port", "WHENCE_METRICS_PORT")]
)
def test_each_port_must_be_free(alone: Terminal, name: str, variable: str) -> None:
    """[OP4] And the remedy names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = _findings(alone, code=1, WHENCE_DATABASE_URL=_AWAY, **{variable: str(other.getsockname()[1])})

    assert found[name]["level"] == "failed"
    assert variable in found[name]["remedy"]


def test_no_two_ports_are_the_same(alone: Terminal) -> None:
    """[OP4] Each by itself is free, and the second could not be had; any that is free is another one each time."""
    port = str(free_port())
    same = {"WHENCE_PORT": port, "WHENCE_GRPC_PORT": port, "WHENCE_METRICS_PORT": port}

    found = _findings(alone, code=1, WHENCE_DATABASE_URL=_AWAY, **same)
    other = _findings(alone, code=1, WHENCE_DATABASE_URL=_AWAY, **dict.fromkeys(same, "0"))

    names = ("port", "gRPC port", "metrics port")
    assert [found[name]["level"] for name in names] == ["ok", "failed", "failed"]
    assert "WHENCE_GRPC_PORT" in found["gRPC port"]["remedy"]
    assert [other[name]["level"] for name in names] == ["ok"] * 3


def test_open_to_all(alone: Terminal) -> None:
    """[OP4] What others then reach, and how to keep it from them."""
    found = _findings(
        alone, code=1, WHENCE_DATABASE_URL=_AWAY, WHENCE_HOST=_EVERYWHERE, WHENCE_PUBLIC_URL="http://whence.example.org"
    )

    assert {name for name in ("addresses", "encryption", "metrics") if found[name]["level"] == "warning"} == {
        "addresses", "encryption", "metrics",
    }  # fmt: skip
    assert "whence.example.org" in found["addresses"]["remedy"]


def test_open_to_all_with_care(alone: Terminal) -> None:
    """[OP4] Names, https and a port for metrics: nothing is amiss."""
    found = _findings(
        alone,
        code=1,
        WHENCE_DATABASE_URL=_AWAY,
        WHENCE_HOST=_EVERYWHERE,
        WHENCE_PUBLIC_URL="https://whence.example.org",
        WHENCE_ALLOWED_HOSTS="whence.example.org",
        WHENCE_METRICS_PORT="0",
    )

    assert {found[name]["level"] for name in ("addresses", "encryption", "metrics")} == {"ok"}


@pytest.mark.parametrize("token", ["change-me-please-now", "aaaaaaaabbbbbbbb"])
def test_a_bootstrap_token_that_can_be_guessed(alone: Terminal, token: str) -> None:
    """[OP4] It is not quoted."""
    found = _findings(alone, code=1, WHENCE_DATABASE_URL=_AWAY, WHENCE_BOOTSTRAP_TOKEN=token)

    assert found["bootstrap token"]["level"] == "warning"
    assert token not in json.dumps(found)


def test_a_server_that_does_not_answer_to_this_name(alone: Terminal) -> None:
    """Probes are answered all the same, which is what they are for; no command would be."""
    with alone.begin("serve", WHENCE_ALLOWED_HOSTS="whence.example.org") as serving:
        url = serving.address()
        probes = [httpx.get(f"{url}{path}") for path in ("/healthz", "/readyz")]
        found = _findings(alone, "--url", url, code=0)

    assert [probe.json() for probe in probes] == [{"status": "ok"}] * 2
    assert found["server"]["level"] == "warning"
    assert "WHENCE_ALLOWED_HOSTS" in found["server"]["remedy"]


def test_few_open_files(alone: Terminal) -> None:
    """[OP4] Fewer than the connections that a server may be asked for."""
    done = subprocess.run(
        ["bash", "-c", 'ulimit -n 512 && exec "$0" doctor -o json', WHENCE],
        env=environment(**alone.settings, WHENCE_DATABASE_URL=_AWAY),
        cwd=alone.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    (found,) = (one for one in json.loads(done.stdout)["findings"] if one["name"] == "open files")
    assert found["level"] == "warning"
    assert found["text"].startswith("512 at once")


_DAY: Final = timedelta(days=1)
_NOW: Final = datetime(2026, 9, 21, tzinfo=UTC)


def _grown(*, since: timedelta | None, free: int) -> Finding:
    """Of a database that has come to 9 GiB, of events that are kept for 90 days."""
    return growth(9 << 30, since=None if since is None else _NOW - since, now=_NOW, kept=90 * _DAY, free=free)


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        pytest.param(space(400 << 20, Path("/")), "failed", id="no space"),
        pytest.param(space(1 << 30, Path("/")), "warning", id="little space"),
        pytest.param(space(50 << 30, Path("/")), "ok", id="space"),
        pytest.param(release(Settings.model_validate({}), 140_009), "failed", id="an old release"),
        pytest.param(release(Settings.model_validate({}), 150_001), "ok", id="a release"),
        pytest.param(clock(-1.0), "ok", id="a good clock"),
        pytest.param(clock(-30.0), "warning", id="a slow clock"),
        pytest.param(clock(90.0), "failed", id="a bad clock"),
        pytest.param(_grown(since=9 * _DAY, free=80 << 30), "warning", id="grows"),
        pytest.param(_grown(since=9 * _DAY, free=82 << 30), "ok", id="fits"),
        pytest.param(_grown(since=2 * _DAY, free=1), "ok", id="is new"),
        pytest.param(_grown(since=None, free=1), "ok", id="is empty"),
    ],
)
def test_what_no_test_can_make_happen(finding: Finding, level: str) -> None:
    """[OP4] A full disk, an old release and a wrong clock, by their figures."""
    assert finding.level == level
    assert bool(finding.remedy) == (level != "ok")


def test_an_old_event_makes_no_database_old(alone: Terminal) -> None:
    """[OP4] How it grows is told by when events came: those of last months may all have come today."""
    with alone.begin("demo", WHENCE_BOOTSTRAP_TOKEN="from-outside-0123456789") as demo:
        url = demo.address()
        alone.good(
            "event", "send", "-t", "old", "--time", "40d ago", "--url", url, "--token", "from-outside-0123456789"
        )
        demo.stop()

    growth = _findings(alone, code=0)["growth"]

    assert growth["level"] == "ok"
    assert growth["text"].startswith("the database has ")


def test_a_table_for_people(at_server: Terminal) -> None:
    """The same, to read."""
    assert "PostgreSQL 18" in at_server.good("doctor", "--data-dir", at_server.settings["WHENCE_DATA_DIR"])
