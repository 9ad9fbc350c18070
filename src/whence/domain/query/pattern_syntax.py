"""Regular expressions, read: a subset that two engines understand alike, and neither can be made to hang by.

Read here are literals, `.`, classes, escapes, groups, alternatives, anchors and quantifiers. What needs a memory of
what was matched (back-references), looks around or possesses is refused. `.` is all but a line feed; `^` and `$` are
the ends of the text. Case is folded while reading: an ASCII letter stands for itself in either case, any other
character for itself and the single characters that it becomes in upper and lower case.
"""

from typing import Final, TypeAlias

from whence.domain.query.pattern_tree import (
    ANY,
    Chars,
    Edge,
    EdgeKind,
    Either,
    Node,
    Range,
    Repeat,
    Sequence,
    folded,
    inverted,
    size,
)
from whence.domain.query.refusal import BadQuery

MOST_CHARACTERS: Final = 1_000
MOST_STATES: Final = 2_000  # a database takes some four times as many
MOST_REPEATS: Final = 255
_MOST_NESTED: Final = 50

_DIGITS: Final = ((48, 57),)
_WORD: Final = ((48, 57), (65, 90), (95, 95), (97, 122))
_BLANK: Final = ((9, 13), (32, 32))
_CLASSES: Final = {
    "d": _DIGITS, "w": _WORD, "s": _BLANK,
    "D": inverted(_DIGITS), "W": inverted(_WORD), "S": inverted(_BLANK),
}  # fmt: skip
_CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7, "e": 27}
_EDGES: Final = {
    "b": EdgeKind.WORD, "B": EdgeKind.NO_WORD, "A": EdgeKind.START, "z": EdgeKind.END, "Z": EdgeKind.END,
}  # fmt: skip
_REPEATS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_Bounds: TypeAlias = tuple[int, int | None]


def read(text: str) -> Node:
    """What the expression matches.

    Raises:
        BadQuery: it is no regular expression, uses what is not supported, or is too large.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadQuery(f"Regular expression is longer than {MOST_CHARACTERS} characters.")
    node = _Reader(text).whole()
    if size(node) > MOST_STATES:
        raise BadQuery("Regular expression is too large.")
    return node


class _Reader:
    """Goes through the text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nested = 0

    def whole(self) -> Node:
        self._taken("(?i)")  # which it is anyway
        node = self._alternatives()
        if self._at < len(self._text):
            raise self._bad("unbalanced parenthesis")
        return node

    def _bad(self, what: str) -> BadQuery:
        return BadQuery(f"Regular expression is invalid: {what} at position {self._at}")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        if not (letter := self._peek()):
            raise self._bad("unexpected end")
        self._at += 1
        return letter

    def _taken(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> Node:
        options = [self._sequence()]
        while self._taken("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while (letter := self._peek()) and letter not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, atom: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return atom
        if isinstance(atom, Edge):
            raise self._bad("nothing to repeat")
        self._taken("?")  # lazy finds what greedy finds
        if self._peek() == "+" or self._bounds() is not None:
            raise self._bad("multiple repeat")
        return Repeat(atom, *bounds)

    def _bounds(self) -> _Bounds | None:
        letter = self._peek()
        if letter in _REPEATS and letter:
            self._at += 1
            return _REPEATS[letter]
        return self._counts() if letter == "{" else None

    def _counts(self) -> _Bounds | None:
        """What `{m}`, `{m,}`, `{,n}` and `{m,n}` say; other braces are literals."""
        inside, closed, _ = self._text[self._at + 1 :].partition("}")
        least, comma, most = inside.partition(",")
        digits = [part for part in (least, most) if part]
        if not closed or not digits or not all(part.isascii() and part.isdigit() for part in digits):
            return None
        low = _count(least) if least else 0
        high = low if not comma else _count(most) if most else None
        if max(low, high or 0) > MOST_REPEATS:
            raise self._bad(f"more than {MOST_REPEATS} repeats")
        if high is not None and high < low:
            raise self._bad("min repeat greater than max repeat")
        self._at += len(inside) + 2
        return low, high

    def _atom(self) -> Node:
        match letter := self._next():
            case "(":
                return self._group()
            case "[":
                return self._class()
            case "\\":
                return self._escaped()
            case ".":
                return Chars(ANY)
            case "^":
                return Edge(EdgeKind.START)
            case "$":
                return Edge(EdgeKind.END)
            case "*" | "+" | "?":
                raise self._bad("nothing to repeat")
            case _:
                return Chars(folded(((ord(letter), ord(letter)),)))

    def _group(self) -> Node:
        if self._taken("?") and not self._taken(":"):
            self._name()
        self._nested += 1
        if self._nested > _MOST_NESTED:
            raise self._bad("groups nested too deep")
        inside = self._alternatives()
        if not self._taken(")"):
            raise self._bad("missing ), unterminated subpattern")
        self._nested -= 1
        return Repeat(inside, 1, 1) if isinstance(inside, Edge) else inside

    def _name(self) -> None:
        """A named group is a group; all else that begins with `(?` is not supported."""
        self._taken("P")
        name, closed, _ = self._text[self._at + 1 :].partition(">")
        if self._peek() != "<" or not closed or not name.isidentifier():
            raise self._bad("lookaround, flags and other extensions are not supported")
        self._at += len(name) + 2

    def _escaped(self) -> Node:
        letter = self._next()
        if letter in _EDGES:
            return Edge(_EDGES[letter])
        if letter in _CLASSES:
            return Chars(_CLASSES[letter])
        code = self._code(letter)
        return Chars(folded(((code, code),)))

    def _code(self, letter: str) -> int:
        """The code point that the escape means."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in "xu":
            return self._hexadecimal(2 if letter == "x" else 4)
        if letter in "123456789":
            raise self._bad("back-references are not supported")
        if letter.isascii() and letter.isalnum():
            raise self._bad(f"escape \\{letter} is not supported")
        return ord(letter)

    def _hexadecimal(self, length: int) -> int:
        digits = self._text[self._at : self._at + length]
        if self._taken("{"):
            digits, closed, _ = self._text[self._at :].partition("}")
            self._at += len(closed)
            length = len(digits) if closed and 0 < len(digits) <= 6 else -1  # noqa: PLR2004  of U+10FFFF
        if len(digits) != length or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise self._bad("incomplete escape")
        self._at += length
        if (code := int(digits, 16)) > 0x10FFFF:  # noqa: PLR2004  the last code point
            raise self._bad("escape beyond the last character")
        return code

    def _class(self) -> Node:
        negated = self._taken("^")
        ranges = list(self._class_item())  # a bracket that comes first is a literal
        while not self._taken("]"):
            ranges.extend(self._class_item())
        kept = folded(ranges)
        return Chars(inverted(kept) if negated else kept)

    def _class_item(self) -> tuple[Range, ...]:
        first = self._class_end()
        if not isinstance(first, int):
            return first
        if self._peek() != "-" or self._text[self._at + 1 : self._at + 2] == "]":
            return ((first, first),)
        self._at += 1
        last = self._class_end()
        if not isinstance(last, int) or last < first:
            raise self._bad("bad character range")
        return ((first, last),)

    def _class_end(self) -> int | tuple[Range, ...]:
        """One code point, or what a class inside the class holds."""
        letter = self._next()
        if letter == "[" and self._peek() in (":", ".", "="):
            raise self._bad("named classes are not supported")
        if letter != "\\":
            return ord(letter)
        escape = self._next()
        if escape in _CLASSES:
            return _CLASSES[escape]
        return 8 if escape == "b" else self._code(escape)


def _count(digits: str) -> int:
    return int(digits) if len(digits) <= 3 else MOST_REPEATS + 1  # noqa: PLR2004  as many as the most has
