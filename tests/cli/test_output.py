"""Where a command writes to: what takes no more, what lacks a letter, and what is not there."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

_FULL = Path("/dev/full")


@pytest.mark.skipif(not _FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["version"], ["events", "-o", "csv"], ["event", "send", "-t", "x"]])
def test_a_full_disk_is_told(whence: Terminal, arguments: list[str]) -> None:
    """In a line, and by the exit code."""
    done = whence.shell(f"{{}} {' '.join(arguments)} > {_FULL}")

    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
def test_a_letter_that_a_terminal_lacks_stops_nothing(whence: Terminal, output: str) -> None:
    """It is spelled out."""
    whence.good("event", "send", "-t", "Größe 字")

    done = whence("events", "-o", output, PYTHONIOENCODING="ascii")

    assert done.returncode == 0, done.stderr
    assert "Gr\\xf6" in done.stdout or "Gr\\u00f6" in done.stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_the_shell_has_closed_is_as_good_as_nowhere(whence: Terminal, closed: str) -> None:
    """As a service manager or a script may start it."""
    assert whence.shell(f"{{}} events {closed}").returncode == 0


def test_a_closed_input_has_no_events(whence: Terminal) -> None:
    """There is nothing to read, which is told, and no crash."""
    done = whence.shell("{} event send - <&-")

    assert "Traceback" not in done.stderr


def test_who_reads_no_further_is_no_fault(whence: Terminal) -> None:
    """Not a word about it."""
    done = whence.shell("{} version | true")

    assert (done.returncode, done.stderr) == (0, "")
