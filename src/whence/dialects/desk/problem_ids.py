"""Problems and comments as this dialect's clients call them. Pure. Source: DESK contract 4."""

import re
from typing import Final

from whence.dialects.desk import times
from whence.domain.problem import Comment, Problem

_PROBLEM: Final = re.compile(r"(-?[0-9]{1,19})_([0-9]{1,15})V2", re.ASCII)
_NUMBERS: Final = range(-(2**63), 2**63)


def of_problem(problem: Problem) -> str:
    """`<code>_<start>V2`: the start is that under which it became known, and stays when an earlier one is found."""
    return f"{problem.code}_{times.millis(problem.named_at)}V2"


def of_comment(comment: Comment) -> str:
    """`<code>_<time>`."""
    return f"{comment.code}_{times.millis(comment.at)}"


def code(text: str) -> int | None:
    """The code in what may be the id of a problem; None: it is no such id."""
    found = _PROBLEM.fullmatch(text)
    return int(found[1]) if found and int(found[1]) in _NUMBERS else None
