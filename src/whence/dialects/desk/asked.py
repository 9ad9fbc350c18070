"""What the query of a push asks for, over what the token and the installation have decided."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from starlette.requests import Request

from whence.dialects.desk import query
from whence.dialects.desk.options import LONGEST_WAIT, Options, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`strict`: what the matrix requires is required. `wait`: for entities to appear, when there is none yet."""

    strict: bool
    wait: timedelta
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request, options: Options) -> Self:
        """What is asked for.

        Raises:
            Invalid: a parameter means nothing.
        """
        if not request.scope["query_string"]:  # nearly always
            return cls(strict=options.strict, wait=options.wait_for_match)
        strict = query.truth(request, "strict")
        wait = _wait(request)
        return cls(
            strict=options.strict if strict is None else strict,
            wait=options.wait_for_match if wait is None else min(wait, LONGEST_WAIT),
            warnings=("waitForMatch is over the maximum, 60s taken",) if wait and wait > LONGEST_WAIT else (),
        )


def _wait(request: Request) -> timedelta | None:
    said = query.text(request, "waitForMatch")
    if said is None:
        return None
    wait = duration(said)
    if wait is None:
        raise query.fault("waitForMatch", "must be a time of at most 60s, such as 30s")
    return wait
