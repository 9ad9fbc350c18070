import subprocess
import sys
from typing import Final

import pytest

from tests.cli.terminal import Terminal
from whence import __version__

_HEAVY: Final = ("asyncpg", "fastapi", "starlette", "pydantic", "uvicorn", "grpc")
_COMMANDS: Final = (
    ("serve",),
    ("demo",),
    ("token", "create"),
    ("event", "send"),
    ("events",),
    ("problems",),
    ("why",),
    ("entity", "import"),
    ("db", "upgrade"),
    ("doctor",),
    ("version",),
)


def test_help_does_not_wait_for_the_server() -> None:
    """`whence --help`, and the shell's completion, load none of what only a server needs."""
    asked = "import sys, whence.cli.program; print([name for name in sys.argv[1:] if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", asked, *_HEAVY], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_every_command_explains_itself(alone: Terminal, command: tuple[str, ...]) -> None:
    """`-h` works at every command."""
    assert "Usage:" in alone.good(*command, "-h")


def test_version(alone: Terminal) -> None:
    """Both spellings."""
    assert alone.good("version") == alone.good("--version") == f"whence {__version__}\n"


def test_a_command_that_is_none(alone: Terminal) -> None:
    """Wrong usage is exit code 2, on stderr."""
    done = alone("serv")

    assert (done.returncode, done.stdout) == (2, "")
    assert "serve" in done.stderr


def test_completion_for_the_shell(alone: Terminal) -> None:
    """The shell asks the program what could come next."""
    done = alone(_WHENCE_COMPLETE="complete_bash", COMP_WORDS="whence ent", COMP_CWORD="1")

    assert done.stdout.split() == ["entity"]
