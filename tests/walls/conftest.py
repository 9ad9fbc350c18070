"""One server for all walks, and who walks."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.acceptance.server import TOKEN, Server, await_fact, directory
from tests.walls.things import Neighbour, account, furnished
from whence.domain.access import Right


@pytest.fixture(scope="package")
def whence() -> Generator[Server]:
    """A running server, shared: each test has accounts of its own."""
    with directory() as home:
        server = Server(home)
        try:
            yield server.start()
        finally:
            server.end()


@pytest.fixture(scope="module")
def make_token(whence: Server) -> Generator[Callable[..., tuple[str, str]]]:
    """Makes a token in an account of the module's; gives its id and its secret."""
    account = f"doors-{uuid4()}"
    with whence.client() as client:
        client.post("/v1/accounts", json={"name": account}).raise_for_status()

        def make(*rights: Right, **more: object) -> tuple[str, str]:
            asked = {"name": "doors", "account": account, "rights": list(rights), **more}
            made = client.post("/v1/tokens", json=asked).raise_for_status().json()
            return made["id"], made["token"]

        yield make


@pytest.fixture(scope="module")
def bad_tokens(whence: Server, make_token: Callable[..., tuple[str, str]]) -> dict[str, str]:
    """Tokens that say nothing about who asks, by what is wrong with them."""
    _, expired = make_token(Right.ADMIN, expires_at=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())
    token_id, revoked = make_token(Right.ADMIN)
    _, admin = make_token(Right.ADMIN)
    with whence.client(admin) as client:
        assert client.delete(f"/v1/tokens/{token_id}").status_code == 204
    with whence.client(expired) as late:
        await_fact(lambda: late.get("/v1/account").status_code == 401, seconds=10, what="the token expires")
    return {
        "empty": "",
        "unknown": "wh_" + "0" * 40,
        "cut short": TOKEN[:-1],
        "expired": expired,
        "revoked": revoked,
    }


@pytest.fixture(scope="module")
def session(whence: Server) -> dict[str, str]:
    """What the browser of the installation's admin sends, who signed in."""
    with whence.client(None) as browser:
        browser.post("/v1/session", json={"token": TOKEN}).raise_for_status()
        csrf = browser.get("/v1/session").raise_for_status().json()["csrf"]
        return {"cookie": f"whence_session={browser.cookies['whence_session']}", "x-csrf-token": csrf}


@pytest.fixture(scope="module")
def neighbour(whence: Server) -> Generator[Neighbour]:
    """The account that the others try to reach."""
    name, token = account(whence)
    with whence.client(token) as client:
        yield Neighbour(things=furnished(client, name, token), client=client, token=token)


@pytest.fixture(scope="module")
def stranger(whence: Server) -> str:
    """The admin's token of an account that has nothing."""
    return account(whence)[1]
