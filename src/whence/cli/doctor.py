"""`whence doctor`: what is wrong here, and what to do about it."""

from typing import Annotated

import typer
from rich.text import Text

from whence.cli.failure import CommandError
from whence.cli.options import DEFAULT_URL, DataDir, Token, Url
from whence.cli.output import Style, indented, plain, stdout, table, write

_STYLES = {"ok": "green", "skipped": "dim", "warning": "yellow", "failed": "bold red"}


def doctor(
    data_dir: DataDir = None,
    output: Annotated[Style, typer.Option("--output", "-o", help="For people, or for programs.")] = Style.TEXT,
    url: Url = DEFAULT_URL,
    token: Token = "",
) -> None:
    """Look at settings, database and server, and say what to do. Exit code 1 when a check failed."""
    from whence.cli import checks  # noqa: PLC0415  only who opens the database waits for the server's imports

    findings = checks.examine({"data_dir": data_dir}, url=url, token=token)
    failed = sum(one.level == "failed" for one in findings)
    if output is Style.JSON:
        fields = ("name", "level", "text", "remedy")
        write(indented({"findings": [{name: getattr(one, name) for name in fields} for one in findings]}))
    else:
        made = table("check", "", "finding")
        for one in findings:
            said = Text(plain(one.text))
            if one.remedy:
                said.append(f"\n→ {plain(one.remedy)}", "bold")
            made.add_row(Text(one.name), Text(one.level, _STYLES[one.level]), said)
        stdout().print(made)
    if failed:
        raise CommandError(f"{failed} of {len(findings)} checks failed")
