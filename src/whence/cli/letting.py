"""Makes a token in the database, without a server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from whence.access import Access, Format
from whence.dialects import discover, option_faults
from whence.dialects.native import encode
from whence.dialects.native.encode import Json
from whence.domain.access import Options, Right, Sees, Token
from whence.domain.errors import Violation
from whence.server import database
from whence.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The token to make. Times are aware; None for `rate_per_minute` is the server's own limit."""

    name: str
    account: str
    rights: frozenset[Right]
    sees: Literal["own", "all"]
    style: Format
    expires_at: datetime | None
    rate_per_minute: int | None
    options: Options = field(default_factory=dict[str, Mapping[str, str]])

    def faults(self) -> list[Violation]:
        """What is wrong with the options: only their dialects can tell."""
        return option_faults(discover(), self.options)


async def create(asked: Settings, wanted: Wanted) -> tuple[Token, str]:
    """The token, and its secret."""
    async with database(asked) as pool:
        return await Access(pool).create_token(
            None,
            name=wanted.name,
            rights=wanted.rights,
            account=wanted.account,
            expires_at=wanted.expires_at,
            rate_per_minute=wanted.rate_per_minute,
            sees=Sees(wanted.sees),
            style=wanted.style,
            options=wanted.options,
        )


def shown(token: Token, secret: str) -> Json:
    """The token for programs, as the API has it when it is made."""
    answer = encode.token(token)
    return {"id": answer.pop("id"), "token": secret, **answer}
