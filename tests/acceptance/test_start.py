"""Starting: quick on what is there, and a clear word when it cannot be."""

import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.server import WHENCE, Server, environment, free_port

_SHORT: Final = "tooshort"


def _attempt(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What `whence serve` says when it cannot; it must end by itself."""
    given = {"WHENCE_DATA_DIR": str(home / "data"), "WHENCE_PORT": str(free_port()), **settings}
    return subprocess.run(
        [WHENCE, "serve", *arguments],
        cwd=home,
        env=environment(**given),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _assert_told(attempt: subprocess.CompletedProcess[str], *words: str) -> None:
    assert attempt.returncode not in {0, -6, -11}
    assert "Traceback" not in attempt.stderr
    assert attempt.stdout == ""
    assert not [word for word in words if word not in attempt.stderr], attempt.stderr


def test_a_start_on_an_existing_database_takes_two_seconds(whence: Server) -> None:
    """Twice the budget is allowed here, as the machine is shared; the bench measures the figure itself."""
    whence.send("POST", "/v1/events", {"title": "kept"})
    assert whence.terminate() == 0

    began = time.perf_counter()
    whence.start()
    took = time.perf_counter() - began

    assert took <= 4
    assert [event["title"] for event in whence.get("/v1/events")["events"]] == ["kept"]


def test_a_port_that_is_taken_is_named(whence: Server) -> None:
    """The second server says so and ends; the first serves on."""
    attempt = _attempt(whence.home, WHENCE_PORT=str(whence.port))

    _assert_told(attempt, str(whence.port))
    assert whence.get("/healthz") == {"status": "ok"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WHENCE_PORT", "eighty"),
        ("WHENCE_PORT", "70000"),
        ("WHENCE_BOOTSTRAP_TOKEN", _SHORT),
        ("WHENCE_DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("WHENCE_RETENTION_DAYS", "0"),
        ("WHENCE_LOG_FORMAT", "xml"),
        ("WHENCE_CONFIG", "nowhere.toml"),
        ("WHENCE_PUBLIC_URL", "whence.example.org"),
        ("WHENCE_ALLOWED_HOSTS", "a.example.org,127.0.0.1:8080"),
        ("WHENCE_ALLOWED_HOSTS", "https://a.example.org"),
        ("WHENCE_QUERY_TIMEOUT_SECONDS", "0.001"),
    ],
)
def test_a_wrong_setting_is_named(home: Path, variable: str, value: str) -> None:
    """By its variable; a secret value is not repeated."""
    attempt = _attempt(home, **{variable: value})

    _assert_told(attempt, variable)
    assert _SHORT not in attempt.stderr
    assert "hunter2" not in attempt.stderr


def test_an_unknown_setting_in_the_file_is_named(home: Path) -> None:
    (home / "whence.toml").write_text("prot = 8080\n")

    _assert_told(_attempt(home), "WHENCE_PROT")


def test_a_data_directory_that_cannot_be_used_is_named(home: Path) -> None:
    """A file in its place; a place that nobody can write to."""
    (home / "file").write_text("")

    for path in (home / "file", home / "file" / "below", Path("/proc/whence")):
        _assert_told(_attempt(home, WHENCE_DATA_DIR=str(path)), str(path))


def test_a_database_that_does_not_answer_is_named(home: Path) -> None:
    """Without its password."""
    attempt = _attempt(home, WHENCE_DATABASE_URL=f"postgresql://whence:hunter2@127.0.0.1:{free_port()}/whence")

    _assert_told(attempt, "database")
    assert "hunter2" not in attempt.stderr
