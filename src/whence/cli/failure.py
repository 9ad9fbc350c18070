"""What goes wrong in a command, as the person at the terminal is told: what happened, and how to mend it."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    FAILED = 1  # refused, or not all of it was done
    USAGE = 2
    UNREACHABLE = 3  # the server or its database
    INTERRUPTED = 130  # Ctrl-C, as shells and typer have it


class CommandError(Exception):
    """The command ends here. `remedy`: what to do about it, as a sentence; empty where nobody can know."""

    def __init__(self, message: str, *, remedy: str = "", code: Exit = Exit.FAILED) -> None:
        self.remedy = remedy
        self.code = code
        super().__init__(message)
