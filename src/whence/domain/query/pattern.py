"""A text or an expression to be found in texts, whatever the case, in a time that grows with the text alone.

Two engines answer: `found_in` here, and PostgreSQL's `~` under the collation "C" with the text of `as_sql`. A property
test keeps them the same.
"""

from dataclasses import dataclass, field

from whence.domain.query.pattern_machine import Machine
from whence.domain.query.pattern_syntax import read
from whence.domain.query.pattern_tree import Chars, Edge, EdgeKind, Either, Node, Range, Repeat, Sequence, folded

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for. `needle`: where that is a plain ASCII text, the text in lower case."""

    node: Node
    needle: str | None = None
    _machine: list[Machine] = field(default_factory=list[Machine], compare=False, repr=False)

    @classmethod
    def literal(cls, text: str) -> "Pattern":
        """The text itself, no character of it special."""
        node = Sequence(tuple(Chars(folded(((ord(letter), ord(letter)),))) for letter in text))
        return cls(node, text.lower() if text.isascii() else None)

    @classmethod
    def regular(cls, text: str) -> "Pattern":
        """The regular expression; see `pattern_syntax`.

        Raises:
            BadQuery: it is none.
        """
        return cls(read(text))

    def found_in(self, text: str) -> bool:
        """Whether it is somewhere in the text. Raises as `Machine.found_in`."""
        if self.needle is not None:
            return self.needle in (text.lower() if text.isascii() else text.translate(_ASCII_LOWER))
        if not self._machine:
            self._machine.append(Machine(self.node))
        return self._machine[0].found_in(text)

    def as_sql(self) -> str:
        """The same as PostgreSQL writes it; to be bound, as all that callers say."""
        return _sql(self.node)


def _sql(node: Node) -> str:
    match node:
        case Chars(ranges):
            return _bracket([(max(first, 1), last) for first, last in ranges if last])  # no text there holds a NUL
        case Edge(kind):
            return {EdgeKind.START: "^", EdgeKind.END: "$", EdgeKind.WORD: r"\y", EdgeKind.NO_WORD: r"\Y"}[kind]
        case Sequence(parts):
            return "".join(map(_sql, parts)) or "(?:)"
        case Either(options):
            return f"(?:{'|'.join(map(_sql, options))})"
        case Repeat(inner, least, most):
            bounds = f"{{{least},}}" if most is None else f"{{{least},{most}}}"
            return f"(?:{_sql(inner)}){bounds}"


def _bracket(ranges: list[Range]) -> str:
    if not ranges:
        return r"[^\u0001-\U0010FFFF]"
    spelled = (_spelled(first) + (f"-{_spelled(last)}" if last > first else "") for first, last in ranges)
    return f"[{''.join(spelled)}]"


def _spelled(code: int) -> str:
    letter = chr(code)
    if letter.isascii() and letter.isalnum():
        return letter
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004  what four digits hold
