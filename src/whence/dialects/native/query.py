"""What a request asks beside its path: where a framework would read something else in silence, that is told."""

from collections.abc import Mapping
from functools import cache
from typing import get_origin

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from whence.dialects.native import wire
from whence.dialects.native.errors import of_parameter
from whence.dialects.request import query_faults
from whence.domain.errors import Invalid, Violation


def require_sound(request: Request, model: type[BaseModel]) -> None:
    """Return when each parameter has a name, is UTF-8, and stands there once if it takes one value.

    Raises:
        Invalid: it does not; with whatever else the model says of the others.
    """
    if not (query := request.scope["query_string"]):
        return
    asked = request.query_params
    if unsound := _unsound(query, asked, model):
        raise Invalid([*_faults(asked, model, unsound), *unsound.values()])


def require_none(request: Request) -> None:
    """Return when the request has no parameters, for a call that knows none.

    Raises:
        Invalid: with the name of each.
    """
    require_sound(request, wire.NoQuery)
    if request.scope["query_string"] and (faults := _faults(request.query_params, wire.NoQuery, {})):
        raise Invalid(faults)


def _unsound(query: bytes, asked: QueryParams, model: type[BaseModel]) -> dict[str, Violation]:
    """What is wrong with parameters whatever they say, by their names."""
    faults = {fault.path: fault for fault in query_faults(query)}
    if "" in asked:
        faults.setdefault("query", Violation(path="query", message="has a parameter without a name"))
    for name in asked:
        if name in _single(model) and (times := len(asked.getlist(name))) > 1:
            faults.setdefault(name, Violation(path=name, message=f"takes one value, got {times}"))
    return faults


def _faults(asked: QueryParams, model: type[BaseModel], unsound: Mapping[str, Violation]) -> list[Violation]:
    """What the model says of the parameters that are sound."""
    single = _single(model)
    sound = {
        name: asked[name] if name in single else asked.getlist(name) for name in asked if name and name not in unsound
    }
    try:
        model.model_validate(sound)
    except ValidationError as exc:
        told = map(of_parameter, exc.errors(include_url=False, include_input=False))
        return [fault for fault in told if fault.path not in unsound]  # that one is required says nothing then
    return []


@cache
def _single(model: type[BaseModel]) -> frozenset[str]:
    """The parameters that take one value."""
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if get_origin(field.annotation) is not list)
