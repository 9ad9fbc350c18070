"""The vendor's tool server for agents (MCP), as it is published: only its base URL and its token are ours."""

import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.acceptance.clients.install import Installed, install
from tests.acceptance.clients.mcp.agent import Agent, RemoteAgent, text
from tests.acceptance.server import Server, await_fact

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the tool server

_HOST: Final = "HOST-1234567890ABCDEF"
_SERVICE: Final = "SERVICE-00AA11BB22CC33DD"
_SECONDS: Final = 30.0  # from an event to its problem


@pytest.fixture(scope="module")
def installed() -> Installed:
    return install("mcp")


@pytest.fixture
def token(tenant_token: Callable[..., str]) -> str:
    return tenant_token()


@pytest.fixture
def agent(installed: Installed, shared: Server, token: str, tmp_path: Path) -> Generator[Agent]:
    with Agent(installed, tmp_path, shared.url, token) as agent:
        yield agent


@pytest.fixture
def push(shared: Server, token: str) -> Callable[..., Any]:
    """Sends an event through v1."""

    def send(event_type: str, entity_id: str, **fields: str) -> Any:  # noqa: ANN401  JSON
        attached = {"entityIds": [entity_id]}
        body = {"eventType": event_type, "source": "ci", "description": "d", "attachRules": attached, **fields}
        with shared.client(token) as client:
            return client.post("/api/v1/events", json=body).raise_for_status().json()

    return send


def test_the_tool_server_takes_us_for_a_cluster_that_is_new_enough(agent: Agent, shared: Server) -> None:
    """It asks for the version twice at its start, and says `Connection: close` with every request."""
    told = agent.use("get_environments_info")

    assert not told.is_error
    assert f"API URL: {shared.url}/e/acme" in told.text
    assert "Valid Environment: Yes" in told.text
    assert "Minimum Version Check: PASSED" in told.text
    tools = {tool["name"] for tool in agent.ask("tools/list")["tools"]}
    assert {"dynatrace_managed_list_events", "dynatrace_managed_list_problems"} <= tools


def test_events_are_listed_by_a_bare_type_and_shown(agent: Agent, push: Callable[..., Any]) -> None:
    [stored] = push("CUSTOM_INFO", _HOST, title="Load test")["storedIds"]
    push("ERROR_EVENT", _SERVICE, title="Queue backlog over limit")

    every = agent.use("list_events", **{"from": "now-1h", "to": "now"})
    errors = agent.use("list_events", **{"from": "now-1h", "to": "now", "eventType": "ERROR_EVENT"})
    on_host = agent.use("list_events", **{"from": "now-1h", "to": "now", "entitySelector": f'entityId("{_HOST}")'})
    first = agent.use("list_events", **{"from": "now-1h", "to": "now", "limit": 1})
    shown = agent.use("get_event_details", eventId=stored)

    assert "Listing 2 of 2 events" in every.text
    assert "Listing 1 of 1 events" in errors.text
    assert "title: Queue backlog over limit" in errors.text
    assert "status: OPEN" in errors.text
    assert "Listing 1 of 1 events" in on_host.text
    assert "title: Load test" in on_host.text
    assert "Listing 1 of 2 events" in first.text
    assert f'"eventId":"{stored}"' in shown.text


def test_problems_are_listed_and_shown(agent: Agent, push: Callable[..., Any], shared: Server, token: str) -> None:
    """It asks with a bare `impactLevel`, and until `now`."""
    push("ERROR_EVENT", _SERVICE, title="Queue backlog over limit")
    push("RESOURCE_CONTENTION", _HOST, title="Disk nearly full")
    with shared.client(token) as client:  # not by the agent, which takes only so many calls at a time
        await_fact(
            lambda: len(client.get("/v1/problems").json()["problems"]) == 2, seconds=_SECONDS, what="both are problems"
        )

    every = agent.use("list_problems")
    hit = agent.use("list_problems", impactLevel="SERVICES", status="OPEN")
    over = agent.use("list_problems", status="CLOSED")
    ordered = agent.use("list_problems", sort="+startTime", limit=1)
    on_host = agent.use("list_problems", entitySelector=f'entityId("{_HOST}")')
    problem_id = re.findall(r"problemId: (\S+)", hit.text)[0]
    shown = agent.use("get_problem_details", problemId=problem_id)

    assert "Listing 2 of 2 problems" in every.text
    assert "Listing 1 of 1 problems" in hit.text
    assert "title: Queue backlog over limit" in hit.text
    assert "severityLevel: ERROR" in hit.text
    assert "Listing 0 problems" in over.text
    assert "Listing 1 of 2 problems" in ordered.text
    assert "title: Queue backlog over limit" in ordered.text
    assert "title: Disk nearly full" in on_host.text
    assert f'"problemId":"{problem_id}"' in shown.text
    assert f'"id":"{_SERVICE}"' in shown.text


def test_entities_are_discovered_and_shown(agent: Agent, push: Callable[..., Any]) -> None:
    """The event registered its host."""
    push("CUSTOM_INFO", _HOST)

    found = agent.use("discover_entities", entitySelector="type(HOST)", **{"from": "now-1h", "to": "now"})
    shown = agent.use("get_entity_details", entityId=_HOST)
    relations = agent.use("get_entity_relationships", entityId=_HOST)

    assert "Listing 1 of 1 entities" in found.text
    assert f"entityId: {_HOST}\n" in found.text
    assert f'"entityId":"{_HOST}"' in shown.text
    assert f"No relationships found for entity {_HOST}" in relations.text


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("list_slos", {}),
        ("list_available_metrics", {}),
        ("get_event_details", {"eventId": "5_1790000000000"}),
        ("get_entity_details", {"entityId": "HOST-FFFFFFFFFFFFFFFF"}),
        ("get_problem_details", {"problemId": "5_1790000000000V2"}),
    ],
)
def test_what_is_not_there_is_an_error_that_the_agent_survives(agent: Agent, tool: str, given: dict[str, str]) -> None:
    told = agent.use(tool, **given)

    assert told.is_error
    assert told.text == "Error: Request failed with status code 404"
    assert not agent.use("get_environments_info").is_error


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("list_events", {"from": "yesterday", "to": "now"}),
        ("discover_entities", {"entitySelector": "colour(red)"}),
        ("list_problems", {"sort": "colour"}),
    ],
)
def test_what_cannot_be_read_is_an_error_too(agent: Agent, tool: str, given: dict[str, str]) -> None:
    assert agent.use(tool, **given).text == "Error: Request failed with status code 400"


def test_over_http_the_tool_server_looks_every_token_up(
    installed: Installed, shared: Server, token: str, tmp_path: Path
) -> None:
    with RemoteAgent(installed, tmp_path, shared.url) as agent:
        known = agent.use("get_environments_info", token=token)
        stranger = agent.use("get_environments_info", token="dt0c01.UNKNOWN.NOBODY")

    assert "Valid Environment: Yes" in text(known)
    assert stranger.status_code == 401
