"""What a regular expression matches, as a tree of values."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

Range: TypeAlias = tuple[int, int]
"""The code points from the first to the last."""
Ranges: TypeAlias = tuple[Range, ...]
"""In order, with gaps between."""

_LAST: Final = 0x10FFFF
_LAST_CASED: Final = 0x1F000  # no character from here on has another case
_ASCII: Final = 0x80


class EdgeKind(StrEnum):
    """A place between two characters. A word is of ASCII letters, digits and underscores."""

    START = "start"
    END = "end"
    WORD = "word"
    NO_WORD = "no word"


@dataclass(frozen=True, slots=True)
class Chars:
    """One of these characters."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Edge:
    """No character, at such a place."""

    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; nothing, if there are none."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """One of the options."""

    options: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """At least `least` times, at most `most` (None: any number)."""

    inner: "Node"
    least: int
    most: int | None


Node: TypeAlias = Chars | Edge | Sequence | Either | Repeat


def size(node: Node) -> int:
    """How many places the node has when its repeats are written out."""
    match node:
        case Sequence(nodes) | Either(nodes):
            return 1 + sum(map(size, nodes))
        case Repeat(inner, least, most):
            return 1 + size(inner) * max(least + 1 if most is None else most, 1)
        case _:
            return 1


def merged(ranges: Iterable[Range]) -> Ranges:
    """The same characters, in order and each once."""
    kept: list[Range] = []
    for first, last in sorted(ranges):
        if kept and first <= kept[-1][1] + 1:
            kept[-1] = kept[-1][0], max(kept[-1][1], last)
        else:
            kept.append((first, last))
    return tuple(kept)


def inverted(ranges: Iterable[Range]) -> Ranges:
    """All other characters."""
    gaps: list[Range] = []
    begin = 0
    for first, last in merged(ranges):
        if begin < first:
            gaps.append((begin, first - 1))
        begin = last + 1
    return (*gaps, (begin, _LAST)) if begin <= _LAST else tuple(gaps)


ANY: Final = inverted(((10, 10),))


def folded(ranges: Iterable[Range]) -> Ranges:
    """The characters and their other cases."""
    given = merged(ranges)
    return merged([*given, *((code, code) for span in given for code in _cases(*span))])


def _cases(first: int, last: int) -> Iterable[int]:
    for low, high, apart in ((65, 90, 32), (97, 122, -32)):
        yield from range(max(first, low) + apart, min(last, high) + apart + 1)
    if last >= _ASCII:
        known = _cased()
        for code, others in known[bisect_left(known, (first, ())) :]:
            if code > last:
                break
            yield from others


@lru_cache(maxsize=1)
def _cased() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The characters beyond ASCII with the single characters that they are in another case."""
    return tuple((code, others) for code in range(_ASCII, _LAST_CASED) if (others := _others(chr(code))))


def _others(letter: str) -> tuple[int, ...]:
    return tuple(ord(case) for case in {letter.lower(), letter.upper()} - {letter} if len(case) == 1)
