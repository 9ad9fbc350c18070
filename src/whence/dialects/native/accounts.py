"""Accounts: made, changed and deleted by who runs the installation; an admin looks after their own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from whence.dialects import Context
from whence.dialects.native import encode, shape, wire
from whence.dialects.native.answer import Answer
from whence.dialects.native.gate import AccountName, gate, json_body, principal, read
from whence.dialects.native.part import Part, faults
from whence.domain.access import Account, Principal, Right
from whence.domain.errors import Violation


def routes(context: Context) -> APIRouter:
    """The endpoints that take an admin's token."""
    router = APIRouter()
    accounts = context.accounts
    admin = [gate(context, Right.ADMIN)]

    @router.post(
        "/v1/accounts",
        summary="Make an account (the bootstrap admin only)",
        status_code=201,
        response_model=shape.Account,
        openapi_extra=json_body(wire.AccountIn),
        dependencies=admin,
    )
    async def create_account(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.AccountIn)
        return Answer(_shown(context, await accounts.create(by, asked.name)), HTTPStatus.CREATED)

    @router.get(
        "/v1/accounts",
        summary="Accounts, also those that are being deleted (the bootstrap admin only)",
        response_model=shape.AccountPage,
        dependencies=admin,
    )
    async def every_account(request: Request, query: Annotated[wire.ListQuery, Query()]) -> Response:
        by = principal(request)
        page = await accounts.page(by, cursor=query.cursor, limit=query.limit)
        return Answer({"accounts": [_shown(context, account) for account in page.items], "next": page.following})

    @router.patch(
        "/v1/accounts/{name}",
        summary="Say how long an account is kept (the bootstrap admin only)",
        response_model=shape.Account,
        openapi_extra=json_body(wire.AccountChange),
        dependencies=admin,
    )
    async def change_account(request: Request, name: AccountName) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.AccountChange)
        return Answer(_shown(context, await accounts.keep_of(by, name, asked.retention_days)))

    @router.delete(
        "/v1/accounts/{name}",
        summary="Delete an account with everything in it (the bootstrap admin only)",
        description="Nothing opens it from the answer on, on any node; its rows are removed in the background. "
        "Until they are, `GET /v1/accounts` shows it as `deleting`, and its name cannot be used.",
        status_code=202,
        response_model=shape.Account,
        responses={409: {"description": "It is the installation's own"}},
        dependencies=admin,
    )
    async def delete_account(
        request: Request, name: AccountName, query: Annotated[wire.DeletionQuery, Query()]
    ) -> Response:
        by = principal(request)
        deleted = await accounts.delete(by, name, confirm=query.confirm)
        return Answer(_shown(context, deleted), HTTPStatus.ACCEPTED)

    @router.get(
        "/v1/account",
        summary="The token's own account, and how long it is kept",
        response_model=shape.Account,
        dependencies=admin,
    )
    async def own_account(request: Request) -> Response:
        return Answer(_shown(context, await accounts.own(principal(request))))

    @router.patch(
        "/v1/account",
        summary="Say how long the token's own account is kept: at most as long as the installation says",
        response_model=shape.Account,
        openapi_extra=json_body(wire.AccountChange),
        dependencies=admin,
    )
    async def change_own_account(request: Request) -> Response:
        by = principal(request)
        asked = await read(context, request, wire.AccountChange, partial(_faults, context, by))
        return Answer(_shown(context, await accounts.keep(by, asked.retention_days)))

    return router


def _shown(context: Context, account: Account) -> encode.Json:
    return encode.account(account, installation=context.retention, now=datetime.now(UTC))


async def _faults(context: Context, by: Principal, part: Part[wire.AccountChange]) -> Sequence[Violation]:
    days = part.model.retention_days if part.is_sound("retention_days") else None
    return faults(context.accounts.require_keepable, by, days)
