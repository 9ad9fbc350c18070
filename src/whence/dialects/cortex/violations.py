"""What is wrong with a descriptor, and how it is said: the third shape of an error, which is of descriptors alone.

Source: Cortex contract A7.2. One that only warns stands beside a good answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from whence.descriptors.yaml_spans import Steps, spans
from whence.dialects.cortex.answer import Answer
from whence.dialects.cortex.fields import shown

_DEPTH_OF_KEYS: Final = 2  # info.x-cortex-tag: that one is missing is said of no line


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: at which keys and indices from the root, or (what is no document) on which line.

    `blocks`: the descriptor is not taken because of it.
    """

    at: Steps = ()
    said: str
    blocks: bool = True
    line: int | None = None


class ViolatedError(Exception):
    """A descriptor is not taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.said for fault in faults))


def answer(faults: Sequence[Fault], source: bytes, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """What is said to who sent the text `source`; with a fault that blocks the status is 400."""
    places = [place for fault in faults if fault.line is None for place in _places(fault.at)]
    lines = spans(source, set(places))
    is_good = not any(fault.blocks for fault in faults)
    body = {"ok": is_good, "violations": [_violation(fault, lines) for fault in faults]}
    return Answer(body, status if is_good else HTTPStatus.BAD_REQUEST)


def _violation(fault: Fault, lines: Mapping[Steps, tuple[int, int]]) -> dict[str, Any]:
    where = (fault.line, fault.line) if fault.line is not None else None
    where = where or next((lines[place] for place in _places(fault.at) if place in lines), None)
    said: dict[str, Any] = {
        "title": "Invalid descriptor" if fault.blocks else "Doubtful descriptor",
        "description": f"{_dotted(fault.at) if fault.line is None else f'line {fault.line}:'} {fault.said}",
        "violationType": "MUST" if fault.blocks else "SHOULD",
        "pointer": _pointer(fault.at),
        "paths": [],
    }
    return said if where is None else {**said, "startLine": where[0], "endLine": where[1]}


def _places(at: Steps) -> list[Steps]:
    """Where a fault may be shown: what it is about; of what is missing in an item of a list, that item."""
    return [at, at[:-1]] if len(at) > _DEPTH_OF_KEYS else [at] if at else []


def _dotted(at: Steps) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return shown(steps.removeprefix(".")) or "the descriptor"


def _pointer(at: Steps) -> str:
    """Source: RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in at)
