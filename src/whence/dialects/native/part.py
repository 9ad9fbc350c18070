"""A body that is refused, as far as it can be read: what it means is asked of that, so that all is told in one answer.

None of it is made for a body that is taken.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, Generic, TypeVar, cast, get_args

from pydantic import BaseModel

from whence.dialects.request import Misread
from whence.domain.errors import Invalid, Violation

Model = TypeVar("Model", bound=BaseModel)

_STEP: Final = re.compile(r"\[(?P<item>[0-9]{1,9})\]|(?P<field>[^.\[\]]+)")


class Part(Generic[Model]):
    """What can be read of a body.

    `model`: its fields that are sound; any other has its default, or is not there when it has none. `value`: the body
    as JSON, as it was sent. `violations`: what is wrong with its shape.
    """

    def __init__(self, model: Model, value: Mapping[str, Any], violations: Sequence[Violation] = ()) -> None:
        self.model = model
        self.value = value
        self.violations = violations
        self._faulty = {violation.path for violation in violations}
        self._touched = self._faulty.union(*map(_around, self._faulty))

    def is_sound(self, path: str) -> bool:
        """Whether nothing is wrong with the shape of what is there, nor of what that is in."""
        return path not in self._touched and self._faulty.isdisjoint(_around(path))

    def says(self, field: str) -> bool:
        """Whether the field says something, be it nonsense."""
        return self.value.get(field) is not None

    def items(self, field: str) -> Sequence[Any]:
        """The items of the list; none, if it is no list."""
        items = self.value.get(field)
        return cast("list[Any]", items) if isinstance(items, list) else ()

    def entries(self, field: str) -> dict[str, Any]:
        """Those of an object's entries that are sound."""
        given = self.value.get(field)
        entries = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        return {key: entry for key, entry in entries.items() if self.is_sound(f"{field}.{key}")}

    def refusal(self, further: Iterable[Violation]) -> Invalid:
        """All that is wrong with the body, each fault once, in the order of its fields."""
        every = dict.fromkeys([*self.violations, *further])
        return Invalid(sorted(every, key=partial(_place, type(self.model))))


def salvaged(kind: type[Model], misread: Misread) -> Part[Model]:
    """What can be read of a body whose shape is wrong."""
    value = cast("dict[str, Any]", misread.value) if isinstance(misread.value, dict) else {}
    part = Part(_blank(kind), value, misread.violations)
    for name, field in kind.model_fields.items():
        spelled = field.alias or name
        if spelled in value and part.is_sound(spelled):
            kind.__pydantic_validator__.validate_assignment(part.model, name, value[spelled])
    return part


def whole(model: Model) -> Part[Model]:
    """All of a body whose shape is good."""
    return Part(model, model.model_dump(by_alias=True, exclude_unset=True))


def faults(check: Callable[..., object], *given: Any) -> tuple[Violation, ...]:  # noqa: ANN401  what the check takes
    """With which violations the check refuses what is given."""
    try:
        check(*given)
    except Invalid as refusal:
        return refusal.violations
    return ()


def _blank(kind: type[Model]) -> Model:
    return cast("Model", _constructed(kind)).model_copy()


@cache
def _constructed(kind: type[BaseModel]) -> BaseModel:
    return kind.model_construct()  # which takes a hundred times as long as to copy it


def _around(path: str) -> Iterator[str]:
    """The places that the place is in: the whole, and each below it."""
    yield ""
    yield from (path[: cut.start()] for cut in re.finditer(r"[.\[]", path))


def _place(kind: type[BaseModel] | None, violation: Violation) -> list[int]:
    """Where the violation's path leads: what is unknown is behind all that is known, and what has no order is even."""
    place: list[int] = []
    for step in _STEP.finditer(violation.path):
        if step["item"]:
            place.append(int(step["item"]))
        elif kind is not None:
            fields = _fields(kind)
            rank, kind = fields.get(step["field"], (len(fields), None))
            place.append(rank)
        else:
            break
    return place


@cache
def _fields(kind: type[BaseModel]) -> dict[str, tuple[int, type[BaseModel] | None]]:
    """Which each field is, and the model that it holds, if any."""
    return {f.alias or name: (n, _kind_in(f.annotation)) for n, (name, f) in enumerate(kind.model_fields.items())}


def _kind_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field's values, or their items, are of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_kind_in, get_args(annotation))), None)
