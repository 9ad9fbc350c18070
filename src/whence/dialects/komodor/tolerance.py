"""What of a call was tolerated or ignored, in one plain line each: the lines of `X-Whence-Warning`. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from whence.dialects.komodor import wire
from whence.domain.scope import Places

_LONGEST_QUOTED: Final = 100  # characters of a caller's key in a warning
_MOST_WARNINGS: Final = 20


def warnings(query: wire.Open, sent: wire.Open | None = None, *, beside: Iterable[str] = ()) -> list[str]:
    """What there is to say of a query, of the body that was sent, and beside both."""
    return _first([*_unknown_parameters(query), *(_of_body(sent) if sent else ()), *beside])


def unknown_names(unknown: Places) -> list[str]:
    """What a rehearsal says of names that no service has."""
    return _first(
        [
            *(f"no cluster is called {name}" for name in unknown.clusters),
            *(f"no namespace is called {name}" for name in unknown.namespaces),
            *(f"no service is called {name}" for name in unknown.services),
        ]
    )


def _first(warnings: list[str]) -> list[str]:
    """The first of them, and how many there were."""
    hidden = len(warnings) - _MOST_WARNINGS
    return [*warnings[:_MOST_WARNINGS], f"and {hidden} more"] if hidden > 0 else warnings


def _unknown_parameters(query: wire.Open) -> Iterator[str]:
    """A filter with a typing error shows more than was asked for."""
    return (f"unknown parameter {_quoted(name)} ignored" for name in query.model_extra or ())


def _of_body(sent: wire.Open) -> Iterator[str]:
    if isinstance(sent, wire.CustomEvent) and sent.scope and sent.scope.serviceNames:
        yield "scope.serviceNames read as scope.servicesNames"
    for name, part in _parts(sent):
        for key in part.model_extra or ():
            yield f"unknown {name} field {_quoted(key)} ignored{_consequence(part)}"
    for key in sent.model_extra or ():
        yield f"unknown field {_quoted(key)} ignored"


def _parts(sent: wire.Open) -> Iterator[tuple[str, wire.Open]]:
    """The objects in a body, by their names."""
    for name, value in vars(sent).items():
        if isinstance(value, wire.Open):
            yield name, value
    if isinstance(sent, wire.CustomEvent):
        for n, link in enumerate(sent.links or ()):
            yield f"links[{n}]", link


def _consequence(part: wire.Open) -> str:
    match part:
        case wire.Scope():
            return ", the event is wider than you may expect"
        case wire.ServicesScope() | wire.ServiceScope() | wire.ClusterScope():
            return ", the search is wider than you may expect"
        case _:
            return ""


def _quoted(key: str) -> str:
    """The caller's key in quotes, and cut: a warning travels in a header."""
    return f'"{key}"' if len(key) <= _LONGEST_QUOTED else f'"{key[:_LONGEST_QUOTED]}..."'
