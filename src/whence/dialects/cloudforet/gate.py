"""Who is let in: the token of a call, in each of the places where clients put it."""

from collections.abc import Mapping
from typing import Final

from whence.dialects import Context
from whence.dialects.cloudforet.call import Access, Rpc
from whence.domain.access import Principal

_TOKEN: Final = "token"  # noqa: S105  the name of a header
_AUTHORIZATION: Final = "authorization"
_CREDENTIALS: Final = frozenset({_TOKEN, _AUTHORIZATION})


async def caller(context: Context, rpc: Rpc, metadata: Mapping[str, str]) -> Principal | None:
    """Whose token came beside the call; None for a call that asks for none, whatever came.

    Raises:
        Unauthenticated: it is missing, or no good token.
        TooMany: it is used too often.
    """
    if rpc.access is Access.ACCESS_KEY:
        return None
    return await context.access.authenticate(_token(metadata))


def without_credentials(metadata: Mapping[str, str]) -> dict[str, str]:
    """What else came beside the call."""
    return {name: value for name, value in metadata.items() if name not in _CREDENTIALS}


def _token(metadata: Mapping[str, str]) -> str | None:
    """`token`, else `authorization: Bearer`; an empty one is none."""
    scheme, _, bearer = metadata.get(_AUTHORIZATION, "").strip().partition(" ")
    return metadata.get(_TOKEN, "").strip() or (bearer.strip() if scheme.lower() == "bearer" else "") or None
