"""Credentials to principals: who asks, whether they may, and how often."""

import asyncio
import string
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from json import dumps
from math import ceil
from secrets import choice, token_bytes, token_urlsafe
from time import monotonic
from typing import Final, Literal, TypeVar
from uuid import UUID

from whence.domain.access import DEFAULT_ACCOUNT, Account, AuditEntry, Options, Principal, Right, Sees, Session, Token
from whence.domain.errors import Conflict, Doubt, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from whence.domain.identity import new_id
from whence.domain.page import Page, seal, unseal
from whence.store import access, sessions
from whence.store.notify import Remembered
from whence.store.pool import Pool, Writer
from whence.turns import Turns

_ALPHABET: Final = string.ascii_letters + string.digits
_TOKEN_LETTERS: Final = 40  # of 62: 238 bits
_REMEMBERED: Final = 10_000  # tokens; and as many sessions
_BUCKETS: Final = 10_000
_STRANGERS: Final = 10_000  # tokens that are known to be none; and as many cookies
_STRANGE: Final = timedelta(seconds=10)  # for so long: a token that is made meanwhile was hardly ever tried before
_ASKED_AT_A_TIME: Final = 4  # tokens and cookies that the database is asked about: others are left connections
_SIGNED_IN: Final = timedelta(hours=12)  # the longest that a session lasts
_MOST_SESSIONS: Final = 100  # of one token; the newest stand
_NOW: Final = partial(datetime.now, UTC)
_NIL: Final = UUID(int=0)
_LAST: Final = UUID(int=(1 << 128) - 1)
_BOOTSTRAP: Final = "bootstrap"  # the name of the admin's token
_BY_START: Final = "server start"  # what the audit trail calls whoever has the settings in hand
_KNOCKED = TypeVar("_KNOCKED", Principal, Session)

Format = Literal["opaque", "jwt"]


class Access:
    """Tokens and sessions, and the audit trail."""

    def __init__(self, pool: Pool, *, rate_per_minute: int = 0, clock: Callable[[], datetime] = _NOW) -> None:
        self._pool = pool
        self._rate_per_minute = rate_per_minute
        self.turns = Turns()
        self._clock = clock
        self.principals = Remembered(self._load, limit=_REMEMBERED)
        self._sessions = Remembered(self._load_session, limit=_REMEMBERED)
        self._buckets: OrderedDict[UUID, _Bucket] = OrderedDict()
        self._strangers: OrderedDict[bytes, datetime] = OrderedDict()
        self._strange_cookies: OrderedDict[bytes, datetime] = OrderedDict()
        self._asking = asyncio.Semaphore(_ASKED_AT_A_TIME)
        self._used: dict[tuple[UUID, UUID], datetime] = {}

    def heard(self, payload: str) -> None:
        """Some token was revoked, some account changed or deleted, or some session ended."""
        self._sessions.forget_all()
        if payload != sessions.ENDED:
            self.principals.forget_all()

    def listening(self, yes: bool) -> None:  # noqa: FBT001  the signature of Ear.hear's `missed`
        """Whether revocations are heard from now on."""
        self.principals.listening(yes)
        self._sessions.listening(yes)

    async def authenticate(self, token: str | None) -> Principal:
        """Whose token this is; it was good when the call returned, within its rate, and its account's turn has come.

        Raises:
            Unauthenticated: missing, unknown or expired.
            TooMany: over the token's rate per minute, or else the server's.
            Unavailable: too many requests of the account are under way.
        """
        if not token:
            raise Unauthenticated(Doubt.MISSING)
        digest = sha256(token.encode()).digest()
        principal = self.principals.known(digest) or await self._look_up(self.principals, digest, self._strangers)
        if principal is None:
            raise Unauthenticated(Doubt.UNKNOWN)
        now = self._clock()
        if principal.expires_at is not None and principal.expires_at <= now:
            raise Unauthenticated(Doubt.EXPIRED)
        self._take(principal)
        self._used[principal.account_id, principal.token_id] = now
        await self.turns.take(principal.account_id)
        return principal

    async def open_default(self, bootstrap: str | None) -> str | None:
        """Account `default` stands, with `bootstrap` as its admin token.

        With None, the first start of an empty database makes one: it is returned, this one time. The audit trail says
        when there is another one, and which is good no more.

        Raises:
            Conflict: `bootstrap` is known already, as a token that somebody made in this account or another.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            account = await self._account(db, DEFAULT_ACCOUNT, now)
            standing = await access.bootstraps(db, account.id)
            if bootstrap is not None:
                digest = sha256(bootstrap.encode()).digest()
                for old, token_id in standing.items():
                    if old != digest:
                        await access.remove_token(db, account.id, token_id)
                        await self._record_bootstrap(db, account, "removed", token_id, now)
                if digest not in standing:
                    await self._add_bootstrap(db, account, digest, now)
                return None
            if standing or await access.tokens(db, account.id, after=_NIL, limit=1):
                return None
            made = _new_secret()
            await self._add_bootstrap(db, account, sha256(made.encode()).digest(), now)
            return made

    async def create_token(
        self,
        by: Principal | None,
        *,
        name: str,
        rights: Iterable[Right],
        account: str | None = None,
        expires_at: datetime | None = None,
        rate_per_minute: int | None = None,
        sees: Sees = Sees.OWN,
        style: Format = "opaque",
        options: Options | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, which cannot be had again.

        Args:
            by: None is whoever has the machine in hand (the command line); its account is made if need be.
            account: by name; None is that of `by`.
            options: good ones, as `whence.dialects.option_faults` tells; None is none.

        Raises:
            Forbidden: another account is named and `by` is not the bootstrap admin.
            NotFound: there is no account of that name.
            Conflict: it is being deleted.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            if by is None:
                owner = await self._account_by_hand(db, account or DEFAULT_ACCOUNT, now)
            else:
                owner = await self._owner(db, by, account)
            secret = _new_secret() if style == "opaque" else _new_decodable(owner, now, expires_at)
            token = Token(
                id=new_id(now),
                account=owner,
                name=name,
                rights=frozenset(rights),
                sees=sees,
                rate_per_minute=rate_per_minute,
                created_at=now,
                expires_at=expires_at,
                options=options or {},
            )
            await access.add_token(db, token, sha256(secret.encode()).digest())
            made = AuditEntry.by(by, "created", "token", token.id, at=now, detail=_told(token))
            await access.record(db, owner.id, [made])
        return token, secret

    async def tokens(self, by: Principal, *, cursor: str | None, limit: int) -> Page[Token]:
        """The account's tokens, oldest first."""
        after = _behind(by, cursor, _NIL)
        async with self._pool.reader() as db:
            found = await access.tokens(db, by.account_id, after=after, limit=limit + 1)
        return Page(items=tuple(found[:limit]), following=_following(by, [t.id for t in found], limit))

    async def require_by_secret(self, by: Principal, secret: str) -> Token:
        """The account's token that this is the secret of, expired or not.

        Looked up by its SHA-256: how long that takes says nothing of the secrets there are.

        Raises:
            NotFound: the account has none such.
        """
        async with self._pool.reader() as db:
            found = await access.token(db, by.account_id, sha256(secret.encode()).digest())
        if found is None:
            raise NotFound("token", "with this secret")
        return found

    async def revoke(self, by: Principal, token_id: UUID) -> None:
        """The token opens nothing any more, on every node.

        Raises:
            NotFound: the account has no such token.
        """
        now = self._clock()
        async with self._pool.transaction() as db:
            name = await access.remove_token(db, by.account_id, token_id)
            if name is None:
                raise NotFound("token", token_id)
            await access.record(
                db, by.account_id, [AuditEntry.by(by, "removed", "token", token_id, at=now, detail=name)]
            )
        self.principals.forget_all()
        self._sessions.forget_all()

    async def audit(self, by: Principal, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
        """The account's audit trail, newest first."""
        before = _behind(by, cursor, _LAST)
        async with self._pool.reader() as db:
            found = await access.audit(db, by.account_id, before=before, limit=limit + 1)
        return Page(items=tuple(found[:limit]), following=_following(by, [e.id for e in found], limit))

    async def save_last_used(self) -> None:
        """Write down when tokens were last used."""
        used, self._used = self._used, {}
        by_account: dict[UUID, dict[UUID, datetime]] = {}
        for (account, token_id), at in used.items():
            by_account.setdefault(account, {})[token_id] = at
        for account, last_used in by_account.items():
            async with self._pool.transaction() as db:
                await access.used(db, account, last_used)

    async def sign_in(self, token: str) -> tuple[Session, str]:
        """A new session with the token's rights, and its secret, which cannot be had again.

        It ends after twelve hours, or with its token. A token has a hundred at most: the oldest end.

        Raises:
            Unauthenticated, TooMany: as `authenticate`.
        """
        by = await self.authenticate(token)
        now = self._clock()
        ends = now + _SIGNED_IN
        session = Session(id=new_id(now), principal=by, created_at=now, expires_at=min(ends, by.expires_at or ends))
        secret = token_urlsafe(32)
        async with self._pool.transaction() as db:
            if not await sessions.add(db, session, sha256(secret.encode()).digest(), most=_MOST_SESSIONS):
                raise Unauthenticated(Doubt.UNKNOWN)  # revoked a moment ago
        return session, secret

    async def session(self, secret: str | None) -> Session:
        """The session that this is the secret of; it went on when the call returned, and its token was within its rate.

        Raises:
            Unauthenticated: there is none, or it has ended, or its token was revoked.
            TooMany: as `authenticate`.
        """
        if not secret:
            raise Unauthenticated(Doubt.SIGNED_OUT)
        digest = sha256(secret.encode()).digest()
        known = self._sessions.known(digest)
        session = known or await self._look_up(self._sessions, digest, self._strange_cookies)
        now = self._clock()
        if session is None or session.expires_at <= now:
            raise Unauthenticated(Doubt.SIGNED_OUT)
        self._take(session.principal)
        self._used[session.principal.account_id, session.principal.token_id] = now
        await self.turns.take(session.principal.account_id)
        return session

    async def sign_out(self, session: Session) -> None:
        """The session opens nothing any more, on every node."""
        async with self._pool.transaction() as db:
            await sessions.remove(db, session.principal.account_id, session.id, at=self._clock())
        self._sessions.forget_all()

    def _take(self, principal: Principal) -> None:
        rate = self._rate_per_minute if principal.rate_per_minute is None else principal.rate_per_minute
        if rate <= 0:
            return
        bucket = self._buckets.pop(principal.token_id, None) or _Bucket(rate)
        self._buckets[principal.token_id] = bucket
        if len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        bucket.take(rate)

    async def _look_up(
        self, among: Remembered[bytes, _KNOCKED], digest: bytes, strangers: OrderedDict[bytes, datetime]
    ) -> _KNOCKED | None:
        """Whose token or cookie it is; the same wrong one is one question in ten seconds, many are few at a time."""
        now = self._clock()
        if (tried_at := strangers.get(digest)) is not None and timedelta() <= now - tried_at < _STRANGE:
            return None
        async with self._asking:
            found = await among.get(digest)
        if found is None:
            strangers[digest] = now
            strangers.move_to_end(digest)
            if len(strangers) > _STRANGERS:
                strangers.popitem(last=False)
        return found

    async def _load(self, digest: bytes) -> Principal | None:
        async with self._pool.reader() as db:
            return await access.principal(db, digest)

    async def _load_session(self, digest: bytes) -> Session | None:
        async with self._pool.reader() as db:
            return await sessions.session(db, digest)

    async def _account(self, db: Writer, name: str, now: datetime) -> Account:
        await access.add_account(db, Account(id=new_id(now), name=name, created_at=now), token_bytes(32))
        account = await access.account_named(db, name)
        if account is None:
            raise NotFound("account", name)
        return _standing(account)

    async def _account_by_hand(self, db: Writer, name: str, now: datetime) -> Account:
        """The account of that name; if it is made for this, that is told where it is told of other accounts."""
        seat = await self._account(db, DEFAULT_ACCOUNT, now)
        made = Account(id=new_id(now), name=name, created_at=now)
        if not await access.add_account(db, made, token_bytes(32)):
            return await self._account(db, name, now)
        await access.record(db, seat.id, [AuditEntry.by(None, "created", "account", made.id, at=now, detail=name)])
        return made

    async def _owner(self, db: Writer, by: Principal, name: str | None) -> Account:
        if name is not None and name != by.account_name:
            _require_bootstrap(by)
        owner = await access.account_named(db, name or by.account_name)
        if owner is None:
            raise NotFound("account", name)
        return _standing(owner)

    async def _add_bootstrap(self, db: Writer, account: Account, digest: bytes, now: datetime) -> None:
        token = Token(
            id=new_id(now),
            account=account,
            name=_BOOTSTRAP,
            rights=frozenset({Right.ADMIN}),
            sees=Sees.ALL,
            is_bootstrap=True,
            created_at=now,
        )
        await access.add_token(db, token, digest)
        await self._record_bootstrap(db, account, "created", token.id, now)

    async def _record_bootstrap(self, db: Writer, account: Account, action: str, token_id: UUID, now: datetime) -> None:
        said = AuditEntry(
            id=new_id(now),
            at=now,
            token_id=None,
            token_name=_BY_START,
            action=action,
            noun="token",
            noun_id=str(token_id),
            detail=_BOOTSTRAP,
        )
        await access.record(db, account.id, [said])


class _Bucket:
    """A token bucket: `rate` requests at once, and as many a minute."""

    def __init__(self, rate: int) -> None:
        self._level = float(rate)
        self._at = monotonic()

    def take(self, rate: int) -> None:
        now = monotonic()
        self._level = min(float(rate), self._level + (now - self._at) * rate / 60)
        self._at = now
        if self._level < 1:
            retry_after = max(1, ceil((1 - self._level) * 60 / rate))
            raise TooMany("Too many requests", retry_after=retry_after, rate_per_minute=rate)
        self._level -= 1


def _new_secret() -> str:
    """A new token: `wh_` and 40 letters and digits."""
    return "wh_" + "".join(choice(_ALPHABET) for _ in range(_TOKEN_LETTERS))


def _new_decodable(account: Account, now: datetime, expires_at: datetime | None) -> str:
    """As much randomness in the shape of a JWT, for clients that decode their key to tell whose it is.

    Its claims are there to be shown, never trusted: the token is looked up whole as any other, and its signature is
    random.
    """
    claims: dict[str, object] = {
        "iss": "whence",
        "sub": str(account.id),
        "tenant": account.name,
        "type": "API_KEY",
        "key-authenticated-request-type": "ACCOUNT",
        "iat": int(now.timestamp()),
        "jti": token_urlsafe(16),
    }
    if expires_at is not None:
        claims["exp"] = int(expires_at.timestamp())
    parts = {"alg": "HS256", "typ": "JWT"}, claims
    head, body = (urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{head}.{body}.{token_urlsafe(32)}"


def _told(token: Token) -> str:
    """What the audit trail says of a new token, also when it is gone: its name, what it may do, and its own options."""
    options = (f"{dialect}.{name}={text}" for dialect, own in token.options.items() for name, text in own.items())
    return "; ".join((token.name, ", ".join(sorted(token.rights)), *options))


def _standing(account: Account) -> Account:
    if account.deleted_at is not None:
        raise Conflict(f"the account {account.name} is being deleted")
    return account


def _require_bootstrap(by: Principal) -> None:
    if not by.is_bootstrap:
        raise Forbidden("admin of the installation")


def _behind(by: Principal, cursor: str | None, start: UUID) -> UUID:
    if cursor is None:
        return start
    match unseal(by.secret, cursor):
        case ["i", str(last)]:
            return UUID(hex=last)
        case _:
            raise Invalid.at("cursor", "belongs to another list")


def _following(by: Principal, ids: list[UUID], limit: int) -> str | None:
    return seal(by.secret, ["i", ids[limit - 1].hex]) if len(ids) > limit else None
