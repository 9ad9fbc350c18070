"""The Dockerfile, as tests look at it: stages of instructions, and what of the checkout they may see."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pathspec import PathSpec

from tests.house.source import ROOT

_COMMENT: Final = re.compile(r"^\s*#.*\n", re.MULTILINE)
_CONTINUED: Final = re.compile(r"\\\n\s*")
_DEFAULT: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A verb, its `--flag=value` options, and the rest as it stands."""

    verb: str
    options: dict[str, str]
    text: str

    @property
    def words(self) -> list[str]:
        """The rest, of a list in JSON or of words."""
        return json.loads(self.text) if self.text.startswith("[") else self.text.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one FROM begins; `name` is empty for the image itself."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]

    def said(self, verb: str) -> list[Instruction]:
        """Its instructions of that verb, in order."""
        return [one for one in self.instructions if one.verb == verb]


def stages() -> list[Stage]:
    """The stages of the Dockerfile, in order; arguments have their defaults."""
    defaults: dict[str, str] = {}
    found: list[Stage] = []
    for one in _instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        if one.verb == "ARG":
            name, _, value = one.text.partition("=")
            defaults[name] = value
        elif one.verb == "FROM":
            base, _, name = one.text.partition(" AS ")
            base = _DEFAULT.sub(lambda match: defaults[match[1]], base)
            found.append(Stage(name=name, base=base, instructions=()))
        else:
            last = found.pop()
            found.append(Stage(name=last.name, base=last.base, instructions=(*last.instructions, one)))
    return found


@cache
def seen() -> tuple[Path, ...]:
    """The files of the checkout that `.dockerignore` shows the builder: the last line that fits a path decides."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    hidden = PathSpec.from_lines("gitignore", (rule for line in lines for rule in _rules(line)))
    tops = [path for path in ROOT.iterdir() if path.name not in {".git", ".venv"}]
    files = (path for top in tops for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file())
    return tuple(sorted(path for path in files if not hidden.match_file(path.relative_to(ROOT))))


def _rules(line: str) -> Iterator[str]:
    """The line in the words of `.gitignore`: there a name without a slash in front is one at any depth."""
    if line and not line.startswith("#"):
        negated, pattern = ("!", line[1:]) if line.startswith("!") else ("", line)
        yield from (f"{negated}/{pattern}", f"{negated}/{pattern}/**")


def _instructions(text: str) -> Iterator[Instruction]:
    for line in _CONTINUED.sub(" ", _COMMENT.sub("", text)).splitlines():
        verb, _, rest = line.strip().partition(" ")
        options: dict[str, str] = {}
        while rest.startswith("--"):
            option, _, rest = rest.partition(" ")
            name, _, value = option.removeprefix("--").partition("=")
            options[name] = value
            rest = rest.lstrip()
        if verb:
            yield Instruction(verb=verb, options=options, text=rest)
