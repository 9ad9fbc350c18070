"""The command line: here it begins, `program.py` has the commands."""

import sys

from whence.cli.failure import Exit

__all__ = ["main"]


def main() -> None:
    """The program `whence`. Ctrl-C ends it without a word, also while its commands are still being imported."""
    try:
        from whence.cli import program  # noqa: PLC0415  what takes half a second is to be under the `try`

        program.run()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
