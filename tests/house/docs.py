"""The documents of the repository, as the tests look at them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.house.source import ROOT

REFERENCE: Final = ROOT / "docs" / "reference"
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE: Final = re.compile(r"^```(?P<kind>\S*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The fenced blocks: what they are in, and their text."""
    yield from ((found["kind"], found["text"]) for found in _FENCE.finditer(page.read_text(encoding="utf-8")))


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def quoted(page: Path) -> Iterator[str]:
    """What stands between backticks in the prose."""
    yield from _CODE.findall(prose(page))


def links(page: Path) -> Iterator[str]:
    """Where the page's links go."""
    yield from _LINK.findall(_CODE.sub("", prose(page)))


def anchors(page: Path) -> set[str]:
    """What a link may name behind `#`: the headings, as GitHub spells them."""
    return {_slug(heading) for heading in _HEADING.findall(prose(page))}


def _slug(heading: str) -> str:
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")
