"""Who can reach what: the socket, the network, and what the logs give away."""

import stat
from typing import Final

import httpx
import psutil

from tests.acceptance.server import TOKEN, Server, await_fact, kill_postgres

_MARK: Final = "Xq7secretZ9"  # in no other text


def test_the_database_cannot_be_reached_over_the_network(whence: Server) -> None:
    """[RU2] PostgreSQL listens on a socket in a directory that only its account may enter; the server on 127.0.0.1."""
    database = whence.postmaster
    assert database is not None

    heard = [
        connection.laddr
        for process in (whence.process, database, *database.children(recursive=True))
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    (socket,) = whence.data_dir.glob("run/.s.PGSQL.*[0-9]")
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((whence.data_dir / "postgres").stat().st_mode) == 0o700
    assert {address.ip.removeprefix("::ffff:") for address in heard} == {"127.0.0.1"}  # gRPC's socket speaks IPv6, too
    assert {address.port for address in heard} == {whence.port, whence.grpc_port}


def _all_that_goes_wrong(client: httpx.Client) -> None:
    """Good and bad requests, each with the mark wherever a caller can put one."""
    marked = {"x-note": _MARK, "user-agent": _MARK}
    bodies = [
        f'{{"title": "{_MARK}", "properties": {{"{_MARK}": "{_MARK}"}}}}',
        f'{{"title": "{_MARK}", "{_MARK}": 1}}',
        f'{{"title": "{_MARK}\\u0000", "type": "{_MARK}"}}',
        f'{{"title": "{_MARK}", "time": "{_MARK}"}}',
        f'{{"title": "{_MARK}", "entities": ["{_MARK}"]}}',
        f'{{"{_MARK}',
        f'[{{"title": "{_MARK}"}}, {{"title": 1, "x": "{_MARK}"}}]',
    ]
    for path in ("/v1/events", "/mgmt/v1/events", f"/{_MARK}", "/v0/config_change"):
        for body in bodies:
            client.post(path, content=body, params={"note": _MARK}, headers={**marked, "x-api-key": TOKEN})
    for path in ("/v1/events", "/v1/events/histogram", f"/v1/entities/{_MARK}", "/v1/events/export"):
        client.get(path, params={"q": _MARK, "prop.x": _MARK, "cursor": _MARK}, headers=marked)
        client.get(path, params={"q": _MARK}, headers=marked)
    for path in ("/v1/session", f"/{_MARK}", f"/assets/{_MARK}.js"):
        client.get(path, headers={**marked, "cookie": f"whence_session={_MARK}", "accept": "text/html"})
        client.post(path, json={"token": _MARK}, headers={**marked, "origin": f"https://{_MARK}"})
        client.post(path, json={"token": _MARK, _MARK: 1}, headers=marked)
    for token in (f"Bearer {_MARK}", _MARK, f"Basic {_MARK}"):
        client.get("/v1/events", headers={"authorization": token})
    client.post("/v1/events", content=_MARK, headers={"content-type": f"text/{_MARK}"})
    client.request(_MARK, "/v1/events")


def test_the_logs_give_nothing_away(whence: Server) -> None:
    """[AC4] No token, cookie, header, query or body, crash of the database included, is in any log."""
    with whence.client() as client, whence.client(None) as browser:
        secret = client.post("/v1/tokens", json={"name": _MARK, "rights": ["events:read"]}).json()["token"]
        browser.post("/v1/session", json={"token": TOKEN}).raise_for_status()
        csrf = browser.get("/v1/session").raise_for_status().json()["csrf"]
        browser.post("/v1/events", json={"title": "a"}, headers={"x-csrf-token": csrf}).raise_for_status()
        browser.post("/v1/events", json={"title": "a"}, headers={"x-csrf-token": csrf[1:]})
        _all_that_goes_wrong(client)
        kill_postgres(whence.data_dir)
        browser.get("/v1/session")
        _all_that_goes_wrong(client)
        await_fact(lambda: client.get("/readyz").is_success, seconds=20, what="ready again")
        _all_that_goes_wrong(client)
    assert whence.terminate() == 0

    written = whence.said + (whence.data_dir / "postgres.log").read_text(errors="replace")

    assert "postgresql.gone" in written  # it did log
    for confidential in (TOKEN, _MARK, secret, browser.cookies["whence_session"], csrf):
        assert confidential not in written


def test_the_first_token_is_shown_once_and_opens_the_service(whence: Server) -> None:
    """A token that the operator gave is never printed."""
    assert whence.get("/v1/tokens")["tokens"][0]["name"] == "bootstrap"
    assert TOKEN not in whence.said
