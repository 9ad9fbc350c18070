"""Finds a regular expression by going through the text once, in all states that are possible at the same time.

Steps between sets of states are remembered, so that most characters cost a look-up. A text of n characters costs at
most n times the size of the expression, and no expression may cost more than so much in all: who waits for it waits
in the event loop.
"""

from bisect import bisect_right
from typing import Final, TypeAlias

from whence.domain.query.pattern_tree import Chars, Edge, EdgeKind, Either, Node, Ranges, Repeat, Sequence
from whence.domain.query.refusal import BadQuery

_MOST_WORK: Final = 500_000  # states looked at, a third of a second; remembered steps cost nothing
_MOST_STEPS: Final = 20_000  # remembered; then they are found out again
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

_Choice: TypeAlias = tuple[int, ...]
_Op: TypeAlias = Chars | EdgeKind | _Choice | None  # None: found
_States: TypeAlias = frozenset[int]
_Step: TypeAlias = tuple[_States, str, str]


class Machine:
    """A program of operations: a character, a place, a choice of where to go on, or the end."""

    def __init__(self, node: Node) -> None:
        self._ops: list[_Op] = []
        self._emit(node)
        self._ops.append(None)
        self._steps: dict[_Step, _States | None] = {}
        self._work = 0

    def found_in(self, text: str) -> bool:
        """Whether the expression is somewhere in the text.

        Raises:
            BadQuery: it takes too long to know.
        """
        states: _States = frozenset()
        before = ""
        for letter in (*text, ""):
            kind = before and ("w" if before in _WORD else " ")
            after = self._after((states, kind, letter))
            if after is None:
                return True
            states, before = after, letter
        return False

    def _after(self, step: _Step) -> _States | None:
        """The states after the letter, which is empty at the end of the text; None: found before it."""
        if step in self._steps:
            return self._steps[step]
        if len(self._steps) >= _MOST_STEPS:
            self._steps.clear()
        states, before, letter = step
        reached = self._open(states, before, letter)
        self._work += len(reached)
        if self._work > _MOST_WORK:
            raise BadQuery("Regular expression takes too long.")
        after = self._taken(reached, letter)
        self._steps[step] = after
        return after

    def _open(self, states: _States, before: str, letter: str) -> set[int]:
        """Where the machine can be, between the two characters, without taking the next one."""
        waiting = [*states, 0]  # it may begin anywhere
        reached: set[int] = set()
        while waiting:
            at = waiting.pop()
            if at in reached:
                continue
            reached.add(at)
            match self._ops[at]:
                case tuple() as choice:
                    waiting.extend(choice)
                case EdgeKind() as edge if _is_at(edge, before, letter):
                    waiting.append(at + 1)
                case _:
                    pass
        return reached

    def _taken(self, open_states: set[int], letter: str) -> _States | None:
        if len(self._ops) - 1 in open_states:
            return None
        ops = [(at, self._ops[at]) for at in open_states]
        return frozenset(at + 1 for at, op in ops if isinstance(op, Chars) and letter and _holds(op.ranges, letter))

    def _emit(self, node: Node) -> None:
        match node:
            case Chars():
                self._ops.append(node)
            case Edge(kind):
                self._ops.append(kind)
            case Sequence(parts):
                for part in parts:
                    self._emit(part)
            case Either(options):
                self._emit_either(options)
            case Repeat(inner, least, most):
                for _ in range(least):
                    self._emit(inner)
                self._emit_further(inner, most if most is None else most - least)

    def _emit_either(self, options: tuple[Node, ...]) -> None:
        ends: list[int] = []
        for option in options[:-1]:
            choice = self._reserve()
            self._emit(option)
            ends.append(self._reserve())
            self._ops[choice] = (choice + 1, len(self._ops))
        self._emit(options[-1])
        for end in ends:
            self._ops[end] = (len(self._ops),)

    def _emit_further(self, inner: Node, most: int | None) -> None:
        """Up to `most` times more, or any number."""
        if most is None:
            choice = self._reserve()
            self._emit(inner)
            self._ops.append((choice,))
            self._ops[choice] = (choice + 1, len(self._ops))
            return
        choices: list[int] = []
        for _ in range(most):
            choices.append(self._reserve())
            self._emit(inner)
        for choice in choices:
            self._ops[choice] = (choice + 1, len(self._ops))

    def _reserve(self) -> int:
        self._ops.append(())
        return len(self._ops) - 1


def _is_at(edge: EdgeKind, before: str, letter: str) -> bool:
    match edge:
        case EdgeKind.START:
            return not before
        case EdgeKind.END:
            return not letter
        case _:
            return ((before == "w") != (letter in _WORD)) == (edge is EdgeKind.WORD)


def _holds(ranges: Ranges, letter: str) -> bool:
    code = ord(letter)
    position = bisect_right(ranges, (code, 0x10FFFF)) - 1
    return position >= 0 and ranges[position][1] >= code
