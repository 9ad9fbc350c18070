import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import httpx
import psutil
import pytest
from grpc import insecure_channel

from tests.acceptance.server import WHENCE, await_fact, bearer, environment, free_port, postmaster
from tests.cli.terminal import PATIENCE, Terminal

_TOKEN = "from-outside-0123456789"


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(alone: Terminal, home: Path, told: signal.Signals) -> None:
    """It says where it is, with the port that it was given; stops cleanly, and its PostgreSQL with it."""
    with alone.begin("serve") as serving:
        answer = httpx.get(f"{serving.address()}/readyz")
        code = serving.stop(told)

    assert answer.json() == {"status": "ok"}
    assert code == 0, serving.said
    assert "Traceback" not in serving.said
    assert postmaster(home / "data") is None


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_start_prints_a_token_once(alone: Terminal, workers: int) -> None:
    """The token works, and no later start shows one; nor does a second worker."""
    with alone.begin("serve", "--workers", str(workers)) as first:
        first.until(lambda: "Keep this token" in first.said, "the token is shown")
        first.until(lambda: workers == 1 or first.said.count('"worker.started"') == workers, "all workers are there")
        first.stop()
    assert first.said.count("Token: ") == 1
    token = re.search(r"^Token: (wh_\w{40})$", first.said, re.MULTILINE)
    assert token is not None

    with alone.begin("serve") as second:
        answer = httpx.get(f"{second.address()}/v1/events", headers=bearer(token[1]))
        second.stop()

    assert answer.status_code == httpx.codes.OK
    assert "wh_" not in second.said


def test_a_token_from_outside_is_not_printed(alone: Terminal) -> None:
    """Who set it knows it."""
    with alone.begin("serve", WHENCE_BOOTSTRAP_TOKEN=_TOKEN) as serving:
        serving.address()
        serving.stop()

    assert _TOKEN not in serving.said
    assert "Token" not in serving.said


def test_a_port_in_use(alone: Terminal, home: Path) -> None:
    """It says so, and has started nothing."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = alone("serve", "--port", str(other.getsockname()[1]))

    assert done.returncode == 1
    assert "something else listens there" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "data").exists()


@pytest.mark.parametrize(("option", "said"), [("--port", "cannot listen on"), ("--grpc-port", "cannot serve gRPC on")])
def test_another_one_on_the_same_port(alone: Terminal, option: str, said: str) -> None:
    """It says which of the two ports is taken, and how to have another."""
    with alone.begin("serve", "--port", "0", "--grpc-port", "0") as first:
        taken = {"--port": first.address().rpartition(":")[2], "--grpc-port": first.grpc().rpartition(":")[2]}[option]
        done = alone("serve", option, taken)

    assert done.returncode == 1
    assert f"{said} 127.0.0.1:{taken}: something else listens there" in done.stderr
    assert f"{option} 0 takes any free port" in done.stderr


def test_it_says_where_it_speaks_grpc(alone: Terminal) -> None:
    """And whoever is connected there does not hold it up when it is told to stop."""
    with alone.begin("serve") as serving, insecure_channel(serving.grpc().removeprefix("grpc://")) as channel:
        watch = cast("Any", channel).unary_stream("/grpc.health.v1.Health/Watch")
        first = next(watch(b"", timeout=60))
        code = serving.stop()

    assert first == b"\x08\x01"  # SERVING
    assert code == 0, serving.said
    assert "Traceback" not in serving.said


def test_stopped_while_it_starts(alone: Terminal, home: Path) -> None:
    """Its PostgreSQL does not stay behind."""
    with alone.begin("serve") as serving:
        serving.until((home / "data" / "start.lock").exists, "it starts PostgreSQL")
        code = serving.stop()

    assert code == 0, serving.said
    assert "Traceback" not in serving.said
    assert postmaster(home / "data") is None


def test_an_open_stream_does_not_hold_it_up(alone: Terminal) -> None:
    """Live readers are sent away first."""
    with alone.begin("serve", WHENCE_BOOTSTRAP_TOKEN=_TOKEN) as serving:
        url = f"{serving.address()}/v1/events/stream"
        with httpx.stream("GET", url, headers=bearer(_TOKEN)) as answer:
            first = next(answer.iter_bytes())
            code = serving.stop()

    assert first
    assert code == 0, serving.said


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "said"),
    [
        (["--workers", "6"], {}, 2, "set WHENCE_DATABASE_URL to a PostgreSQL of yours"),
        (["--workers", "2"], {"WHENCE_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 3, "cannot be reached"),
        (["--port", "70000"], {}, 2, "--port"),
        (["--host", "192.0.2.1"], {}, 1, "not one of this machine"),
        (["--host", "192.0.2.1"], {}, 1, "try: --host 0.0.0.0"),
        (["--host", "no such host"], {}, 1, "no address to listen on"),
        (["--host", "no such host"], {}, 1, "WHENCE_HOST sets another"),
        ([], {"WHENCE_RETENTION_DAYS": "ages"}, 2, "WHENCE_RETENTION_DAYS"),
        ([], {"WHENCE_DATABASE_URL": "mysql://x"}, 2, "no PostgreSQL URL"),
        ([], {"WHENCE_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 3, "cannot be reached"),
    ],
)
def test_what_it_cannot_do_it_says(
    alone: Terminal, arguments: list[str], settings: dict[str, str], code: int, said: str
) -> None:
    """A message and an exit code, never a traceback."""
    done = alone("serve", *arguments, **settings)

    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bootstrap_token_that_is_another_one_already(alone: Terminal, workers: str) -> None:
    """A token that somebody made, of whichever account: it says so, and names the setting."""
    made = alone.good("token", "create", "--name", "ci", "--account", "builders").strip()

    done = alone("serve", "--workers", workers, WHENCE_BOOTSTRAP_TOKEN=made)

    assert done.returncode == 2, done.stderr
    assert "WHENCE_BOOTSTRAP_TOKEN: is known already" in done.stderr
    assert made not in done.stderr
    assert "Traceback" not in done.stderr


def test_one_process_cannot_be_replaced(alone: Terminal) -> None:
    """[RU10] SIGHUP does so with several. This one says that it takes more, and serves on."""
    with alone.begin("serve") as serving:
        url = serving.address()
        serving.process.send_signal(signal.SIGHUP)
        serving.until(lambda: '"worker.alone"' in serving.said, "it says so")
        answer = httpx.get(f"{url}/readyz")
        code = serving.stop()

    (line,) = (json.loads(line) for line in serving.said.splitlines() if '"worker.alone"' in line)
    assert line["level"] == "warning"
    assert answer.json() == {"status": "ok"}
    assert code == 0, serving.said


@pytest.mark.parametrize("workers", [1, 2])
def test_a_terminal_that_goes_ends_it(alone: Terminal, home: Path, workers: int) -> None:
    """Who closes the window leaves nothing behind, neither a process nor a PostgreSQL that was killed."""
    window = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])"]
    said = home / "screen"
    command = [*window, WHENCE, "serve", "--workers", str(workers)]
    env = environment(**alone.settings)
    with (
        said.open("wb") as screen,
        subprocess.Popen(command, env=env, cwd=home, stdin=subprocess.DEVNULL, stdout=screen) as person,
    ):
        await_fact(lambda: _serve(workers, said.read_text()), seconds=PATIENCE, what="all of them serve")
        family = psutil.Process(person.pid).children(recursive=True)
        person.kill()
    _, left = psutil.wait_procs(family, timeout=PATIENCE)

    assert left == []
    assert postmaster(home / "data") is None
    assert "database system is shut down" in (home / "data" / "postgres.log").read_text().splitlines()[-1]


def _serve(workers: int, said: str) -> bool:
    return "/v1/docs" in said and (workers == 1 or said.count('"worker.started"') == workers)


def test_a_name_with_several_addresses(alone: Terminal) -> None:
    """`localhost` may be two addresses; a port that was given is the same on both."""
    port = free_port()
    with alone.begin("serve", "--host", "localhost", "--port", str(port)) as serving:
        urls = {f"http://127.0.0.1:{port}", serving.address()}
        answers = {httpx.get(f"{url}/healthz").status_code for url in urls}

    assert answers == {httpx.codes.OK}
