"""What all selectors of this dialect are made of: `name(argument, …), name(…)`, read without knowing any name.

A word may stand in quotes, and must when it holds a bracket or a comma; `~` before a quote or another `~` in it takes
that as it is. Source: DESK contract 5.4.
"""

import re
from dataclasses import dataclass
from typing import Final

DEEPEST: Final = 10  # calls within calls: more than anybody nests by hand

_BLANK: Final = re.compile(r"\s*")
_QUOTED: Final = re.compile(r'"((?:~.|[^"~])*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r'~([~"])')
_BARE: Final = re.compile(r'[^",()]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A text, and where it begins, counted from 1."""

    text: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A name with what stands in its brackets, and where it begins, counted from 1."""

    name: str
    arguments: "tuple[Word | Call, ...]"
    position: int


class Unreadable(Exception):  # noqa: N818  Unreadable says it
    """The text makes no sense from this position on, which is counted from 1."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"unreadable near position {position}")


def read(text: str) -> tuple[Call, ...]:
    """The calls that the text lists, at least one.

    Raises:
        Unreadable: it is no such list, or deeper than `DEEPEST`.
    """
    reader = _Reader(text)
    listed = reader.list(depth=1)
    if not reader.is_done:
        raise Unreadable(reader.position)
    return tuple(call(item) for item in listed)


def call(item: Word | Call) -> Call:
    """The item, which is a call.

    Raises:
        Unreadable: it is a word.
    """
    if isinstance(item, Word):
        raise Unreadable(item.position)
    return item


def word(item: Word | Call) -> str:
    """The text of the item, which is a word.

    Raises:
        Unreadable: it is a call.
    """
    if isinstance(item, Call):
        raise Unreadable(item.position)
    return item.text


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._skip(_BLANK)

    @property
    def position(self) -> int:
        return self._at + 1

    @property
    def is_done(self) -> bool:
        return self._at == len(self._text)

    def list(self, *, depth: int) -> tuple[Word | Call, ...]:
        if depth > DEEPEST:
            raise Unreadable(self.position)
        items = [self._item(depth)]
        while self._take(","):
            items.append(self._item(depth))
        return tuple(items)

    def _item(self, depth: int) -> Word | Call:
        position = self.position
        if quoted := self._skip(_QUOTED):
            self._skip(_BLANK)
            return Word(text=_ESCAPED.sub(r"\1", quoted[1]), position=position)
        bare = self._skip(_BARE)
        if bare is None:
            raise Unreadable(position)
        text = bare[0].rstrip()
        if not self._take("("):
            return Word(text=text, position=position)
        if self._take(")"):
            return Call(name=text, arguments=(), position=position)
        arguments = self.list(depth=depth + 1)
        if not self._take(")"):
            raise Unreadable(self.position)
        return Call(name=text, arguments=arguments, position=position)

    def _skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        self._skip(_BLANK)
        return True
