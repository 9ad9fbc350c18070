"""An agent that has the vendor's tool server (MCP) at hand."""

import json
import subprocess
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.acceptance.clients.install import Installed, node
from tests.acceptance.server import await_fact, environment, free_port

ALIAS: Final = "acme"  # what the tool server calls the one environment that it knows
_PROGRAM: Final = Path("@dynatrace-oss", "dynatrace-managed-mcp-server", "dist", "index.js")
_START_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool told the agent."""

    text: str
    is_error: bool


class Agent:
    """A conversation with the tool server over its stdin and stdout; both end with the block."""

    def __init__(self, installed: Installed, home: Path, url: str, token: str) -> None:
        self._ids = count(1)
        self._process = subprocess.Popen(
            _command(installed),
            cwd=home,
            env=_environment(url, token),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "agent", "version": "1"}}
        assert self.ask("initialize", **about)["serverInfo"]["name"]
        self._write({"method": "notifications/initialized"})
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._process.terminate()
        self._process.communicate()

    def ask(self, method: str, **params: Any) -> Any:  # noqa: ANN401  whatever the protocol says
        """The result of a request of the protocol."""
        asked = next(self._ids)
        self._write({"id": asked, "method": method, "params": params})
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline()
            assert line, f"the tool server ended, {method} unanswered"
            answer = json.loads(line)
            if answer.get("id") == asked:
                return answer["result"]

    def use(self, tool: str, **given: Any) -> Told:  # noqa: ANN401  whatever the tool takes
        """What the tool says about the environment."""
        arguments = given if tool == "get_environments_info" else {**given, "environment_alias": ALIAS}
        return _told(self.ask("tools/call", name=f"dynatrace_managed_{tool}", arguments=arguments))

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()


class RemoteAgent:
    """As `Agent`, over HTTP: there every request brings its token, which the tool server looks up."""

    def __init__(self, installed: Installed, home: Path, url: str) -> None:
        self._url = f"http://127.0.0.1:{free_port()}/"
        port = self._url.rstrip("/").rpartition(":")[2]
        self._process = subprocess.Popen(
            [*_command(installed), "--http", "--port", port],
            cwd=home,
            env=_environment(url, ""),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        await_fact(self._answers, seconds=_START_SECONDS, what="the tool server answers")
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()

    def use(self, tool: str, *, token: str) -> httpx.Response:
        """The answer to the use of a tool that takes no arguments."""
        return httpx.post(
            self._url,
            headers={"X-Dynatrace-Tokens": f"{ALIAS}={token}", "accept": "application/json, text/event-stream"},
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": f"dynatrace_managed_{tool}", "arguments": {}},
            },
            timeout=30,
        )

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"it ended with {self._process.returncode}"
        try:
            return httpx.get(self._url, timeout=5).status_code > 0
        except httpx.TransportError:
            return False


def text(answer: httpx.Response) -> str:
    """What the tool said in its answer over HTTP."""
    return _told(answer.raise_for_status().json()["result"]).text


def _told(result: Any) -> Told:  # noqa: ANN401  whatever the protocol says
    return Told(text="".join(part["text"] for part in result["content"]), is_error=result.get("isError", False))


def _command(installed: Installed) -> list[str]:
    return [node(), str(installed.node_modules / _PROGRAM)]


def _environment(url: str, token: str) -> dict[str, str]:
    known = {"apiEndpointUrl": url, "environmentId": "acme", "alias": ALIAS, "apiToken": token}
    return environment(
        DT_ENVIRONMENT_CONFIGS=json.dumps([known]),
        DT_MCP_DISABLE_TELEMETRY="true",
        LOG_OUTPUT="disabled",
        NO_PROXY="*",
    )
