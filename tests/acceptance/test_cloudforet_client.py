"""The vendor's command-line client, as it is published: only its endpoint and its token are ours.

It has no messages of its own and learns every one by reflection.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.clients.install import install
from tests.acceptance.clients.spacectl.calls import Program, Spacectl
from tests.acceptance.server import Server

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the client

MakeSpacectl = Callable[[str | None], Spacectl]

_VERBS: Final = {
    "Alert": "create, update, assign_user, update_state, delete, get, list, stat",
    "EscalationPolicy": "get, list, stat",
    "Event": "create, get, list, stat",
    "EventRule": "create, update, change_order, delete, get, list, stat",
    "ProjectAlertConfig": "create, update, delete, get, list, stat",
    "Webhook": "create, update, update_plugin, verify_plugin, enable, disable, delete, get, list, stat",
}


@pytest.fixture(scope="session")
def program() -> Generator[Program]:
    """The client, loaded."""
    with Program(install("spacectl")) as program:
        yield program


@pytest.fixture
def spacectl(program: Program, shared: Server, tmp_path: Path) -> MakeSpacectl:
    """Makes a client with this token, or without one."""

    def make(token: str | None) -> Spacectl:
        return Spacectl(program, tmp_path, endpoint=f"grpc://127.0.0.1:{shared.grpc_port}", token=token)

    return make


def test_it_learns_every_service(spacectl: MakeSpacectl) -> None:
    """Without a token, and with the short names that it knows already."""
    rows = spacectl(None)("api-resources").rows

    found = {row["Resource"]: row["Verb"] for row in rows}
    assert {row["Service"] for row in rows} == {"monitoring"}
    assert found.items() >= _VERBS.items()
    assert {row["Resource"]: row["Short Names"] for row in rows}["Event"] == "event"


def test_without_a_token_it_says_what_to_do(spacectl: MakeSpacectl) -> None:
    """The hint that is its own; a wrong token gets the same."""
    hint = 'The api_key is not set or incorrect. (Use "spacectl config init")'

    assert spacectl(None)("list event").refusal == hint


def test_with_a_wrong_token_it_says_what_to_do(spacectl: MakeSpacectl) -> None:
    hint = 'The api_key is not set or incorrect. (Use "spacectl config init")'

    assert spacectl("nobody")("list event").refusal == hint


def test_it_asks_for_what_is_required(spacectl: MakeSpacectl, tenant_token: Callable[..., str]) -> None:
    """In the words that its users look for."""
    assert spacectl(tenant_token())("get event -j {}").refusal == "Required parameter. (key = event_id)"


def test_an_unknown_field_is_refused_before_it_is_sent(
    spacectl: MakeSpacectl, tenant_token: Callable[..., str]
) -> None:
    """The messages that it builds are ours."""
    refusal = spacectl(tenant_token())("""list event -j '{"colour":1}'""").refusal

    assert refusal.startswith(
        'Message type "spaceone.api.monitoring.v1.EventQuery" has no field named "colour" at "EventQuery".'
    )


def test_what_is_not_implemented_is_told(spacectl: MakeSpacectl, tenant_token: Callable[..., str]) -> None:
    """Not that the server is away: it would ask twice more."""
    assert spacectl(tenant_token())("exec update_state alert").refusal == "Not implemented."
