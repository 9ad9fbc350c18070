"""What takes time is a span. They go nowhere until traces are switched on; `tracing` knows what they are then."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, Self

Facts = Mapping[str, str | int]
Headers = Iterable[tuple[Any, Any]]  # name and value, as bytes or as text: a request's, or a call's metadata
_NO_FACTS: Final[Facts] = {}


class Statement(Protocol):
    """A statement that the database has answered, as the driver tells of it."""

    @property
    def query(self) -> str: ...

    @property
    def elapsed(self) -> float: ...

    @property
    def exception(self) -> BaseException | None: ...


class Span(Protocol):
    """A stretch of time, which is being spent."""

    def put(self, name: str, value: str | int) -> None:
        """Say a fact of it. No account, token, header or body is one."""
        ...

    def fail(self, why: str) -> None:
        """It came to nothing; `why` is one word of a closed set."""
        ...

    def link(self, other: "Span") -> None:
        """The two have to do with each other, though neither is part of the other."""
        ...


class Spans(Protocol):
    """Makes spans. `statement` is to be told of every statement; None when nobody listens."""

    @property
    def statement(self) -> Callable[[Statement], None] | None: ...

    def serving(self, headers: Headers) -> AbstractContextManager["Answering"]:
        """A span for a request, part of what its `traceparent` names."""
        ...

    def within(self, name: str, facts: Facts = _NO_FACTS) -> AbstractContextManager[Span]:
        """A span that is part of the one that goes on here, if any. Who fails in it fails it."""
        ...


class Answering(Span, Protocol):
    """The span of a request, whose name is known once it is known who answers."""

    def name(self, name: str) -> None:
        """Call it that: a dialect, a method, the kind of path; never a path as it was sent."""
        ...


class _Nowhere:
    """All of these at once, and nothing."""

    statement = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def serving(self, headers: Headers) -> Self:
        del headers
        return self

    def within(self, name: str, facts: Facts = _NO_FACTS) -> Self:
        del name, facts
        return self

    def name(self, name: str) -> None:
        pass

    def put(self, name: str, value: str | int) -> None:
        pass

    def fail(self, why: str) -> None:
        pass

    def link(self, other: Span) -> None:
        pass


_nowhere: Final = _Nowhere()
NOWHERE: Final[Spans] = _nowhere
UNSEEN: Final[Span] = _nowhere
