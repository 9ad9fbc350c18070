"""Who asks, what they may do, and for which account."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self
from uuid import UUID

from whence.domain.errors import Forbidden
from whence.domain.identity import new_id

MOST_A_MINUTE: Final = 10_000_000  # requests, that a token may be allowed
DEFAULT_ACCOUNT: Final = "default"  # that of the bootstrap token, which is there as long as the installation

_BY_HAND: Final = "command line"  # what the audit trail calls whoever has the machine in hand


class Right(StrEnum):
    """What a token may do; ADMIN implies all the others."""

    READ_EVENTS = "events:read"
    WRITE_EVENTS = "events:write"
    READ_ENTITIES = "entities:read"
    WRITE_ENTITIES = "entities:write"
    WRITE_PROBLEMS = "problems:write"
    ADMIN = "admin"


class Sees(StrEnum):
    """Which events a vendor dialect's reads show: those written through it, or the account's."""

    OWN = "own"
    ALL = "all"


Options = Mapping[str, Mapping[str, str]]  # a token's own, by the name of the dialect that they are for


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A tenant. Names are unique in an installation.

    `retention_days`: None keeps events as long as the installation says. `deleted_at`: it is gone for everybody since
    then, and its rows are being removed.
    """

    id: UUID
    name: str
    created_at: datetime
    retention_days: int | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A credential as it may be shown: everything but the secret itself.

    `rate_per_minute`: None leaves the server's own limit. `is_bootstrap`: may also make accounts. `options`: what
    the token lays over the options that its dialects have in the whole installation.
    """

    id: UUID
    account: Account
    name: str
    rights: frozenset[Right]
    sees: Sees = Sees.OWN
    rate_per_minute: int | None = None
    is_bootstrap: bool = False
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    options: Options = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The holder of a good token, as every use case knows them.

    `secret` signs the account's cursors. `options`: the token's own, laid over the installation's. `retention_days`:
    the account's own.
    """

    account_id: UUID
    account_name: str
    token_id: UUID
    name: str
    rights: frozenset[Right]
    sees: Sees
    rate_per_minute: int | None
    is_bootstrap: bool
    expires_at: datetime | None
    secret: bytes
    options: Options = field(default_factory=dict[str, Mapping[str, str]])
    retention_days: int | None = None

    @property
    def retention(self) -> timedelta | None:
        """How old a report of the account may be; None: as old as the installation says."""
        return None if self.retention_days is None else timedelta(days=self.retention_days)

    def require(self, right: Right) -> None:
        """Return when the principal has the right.

        Raises:
            Forbidden: it lacks it.
        """
        if right not in self.rights and Right.ADMIN not in self.rights:
            raise Forbidden(right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who signed in at the web UI, and may do what the token may that they showed."""

    id: UUID
    principal: Principal
    created_at: datetime
    expires_at: datetime

    def csrf(self, secret: str) -> str:
        """What a request that changes something must name beside the cookie, whose value is `secret`.

        A page elsewhere can make a browser send the cookie, and can read neither. No cursor of the account is signed
        alike: those begin with a bracket.
        """
        return hmac.new(self.principal.secret, b"csrf " + secret.encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change of something that matters, who made it and when."""

    id: UUID
    at: datetime
    token_id: UUID | None
    token_name: str
    action: str
    noun: str
    noun_id: str
    detail: str

    @classmethod
    def by(
        cls, principal: Principal | None, action: str, noun: str, noun_id: object, *, at: datetime, detail: str = ""
    ) -> Self:
        """What the principal did (`created`, `changed`, `removed`, …) to which thing.

        None is whoever has the machine in hand.
        """
        return cls(
            id=new_id(at),
            at=at,
            token_id=None if principal is None else principal.token_id,
            token_name=_BY_HAND if principal is None else principal.name,
            action=action,
            noun=noun,
            noun_id=str(noun_id),
            detail=detail,
        )
