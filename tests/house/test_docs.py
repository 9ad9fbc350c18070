"""What the documents say is so: names, links, examples, and nothing forgotten."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Callable, Generator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from tests.acceptance.server import TOKEN, WHENCE, Server, directory
from tests.house.curl import on_path as curl_on_path
from tests.house.docs import PAGES, REFERENCE, anchors, blocks, links, prose, quoted
from tests.house.source import ROOT, SOURCE, modules
from tests.walls.doors import DOORS
from whence.cli.program import app
from whence.settings import Settings

_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_NOT_SETTINGS: Final = frozenset({"WHENCE_CONFIG", "WHENCE_URL", "WHENCE_TOKEN"})  # read before, or by clients
_PAGE_OF: Final = {**{name: f"{name}.md" for name in DOORS}, "native": "api.md"}
_HOW_TO: Final = ROOT / "docs" / "how-to"
_PROMISE: Final = re.compile(r"^\| ([A-Z]{2}\d+) \|", re.MULTILINE)
_PROOF: Final = re.compile(r"\[([A-Z]{2}\d+(?:, ?[A-Z]{2}\d+)*)\]")


def _named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings; what is outside of the repository is not looked up."""
    broken: list[str] = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_the_files_of_the_architecture_exist() -> None:
    """Relative to the repository or the source; a bare name is that of some file."""
    named = {text for text in quoted(ROOT / "ARCHITECTURE.md") if re.fullmatch(r"[\w.\-/]+(\.\w{2,4}|/)", text)}
    standing = [path for folder in ("src", "tests", "bench", "docs", ".ci") for path in (ROOT / folder).rglob("*")]
    names = {path.name for path in standing}

    missing = [
        text
        for text in named
        if not re.search(r"[A-Z]{2,}|\bX\b", text)  # a placeholder: dialects/NAME/
        and not any((place / text).exists() for place in (ROOT, SOURCE))
        and ("/" in text or text not in names)
    ]

    assert missing == []
    assert len(named) > 10


def test_every_setting_is_documented() -> None:
    """[RU8] And the page names no other."""
    page = prose(REFERENCE / "settings.md")

    ours = {f"WHENCE_{name.upper()}" for name in Settings.model_fields}

    named = set(re.findall(r"WHENCE_[A-Z]+(?:_[A-Z]+)*", page)) - _NOT_SETTINGS
    assert named - {name for name in named if name.startswith("WHENCE_DIALECTS_")} == ours


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  typer keeps its click to itself
    if commands := getattr(group, "commands", None):
        for name, command in commands.items():
            yield from _commands(command, f"{path} {name}")
    else:
        yield path, group


def test_every_command_and_option_is_documented() -> None:
    """[RU8] Each has a heading, and each of its options a line below."""
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    sections = {section.partition("\n")[0]: section for section in re.split(r"^#{2,4} ", page, flags=re.MULTILINE)}

    missing = [
        f"{path} {option}"
        for path, command in _commands(get_command(app), "whence")
        for section in [next((text for title, text in sections.items() if f"`{path}" in title), "")]
        for option in ("", *(name for p in command.params for name in p.opts if name.startswith("--")))
        if option not in section or not section
    ]

    assert missing == []


@pytest.mark.parametrize("dialect", DOORS)
def test_every_endpoint_is_documented(dialect: str) -> None:
    """[RU8] As `METHOD /path`; the names of its parameters are the page's own."""
    text = (REFERENCE / _PAGE_OF[dialect]).read_text(encoding="utf-8")
    page = _PARAMETER.sub("{}", text)

    missing = [
        f"{method} {path}"
        for method, path in DOORS[dialect]
        if not re.search(rf"{method}`?[^\n|]* `?{re.escape(_PARAMETER.sub('{}', path))}(?![\w/{{])", page)
    ]

    assert missing == []


def _called(*names: str) -> Iterator[str]:
    """The first argument of every call of such a function, where it is a text."""
    for _, module in modules():
        for node in ast.walk(module):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]) if name in names:
                    yield text + "_total" * (name == "Counter")
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log"), attr=name), args=[ast.Constant(value=str(text)), *_]
                ) if name in names:
                    yield text
                case _:
                    pass


def test_every_metric_and_log_line_is_documented() -> None:
    """[RU8] By its whole name."""
    said = set(quoted(REFERENCE / "metrics.md"))

    written = {*_called("Counter", "Gauge", "Histogram"), *_called("info", "warning", "error", "exception")}

    assert written - said == set()


def test_every_promise_is_proved() -> None:
    """The docstring of a test begins with the id of what it proves, and proves nothing that nobody promised."""
    promised = set(_PROMISE.findall((REFERENCE / "promises.md").read_text(encoding="utf-8")))
    tests = [*(ROOT / "tests").rglob("test_*.py"), *(SOURCE / "dialects").glob("*/tests/test_*.py")]

    proved = {
        promise
        for path in tests
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module)
        and (found := _PROOF.match(ast.get_docstring(node) or ""))
        for promise in re.split(", ?", found[1])
    }

    assert {id_ for id_ in proved if id_ not in promised and id_[:2] in {p[:2] for p in promised}} == set()
    assert {promise for promise in promised - proved if not promise.startswith("KO")} == set()


@pytest.fixture(scope="module")
def demo() -> Generator[Server]:
    """The server that the README begins with."""
    with directory() as home:
        server = Server(home, command="demo")
        try:
            yield server.start()
        finally:
            server.end()


def test_our_curl_does_what_the_readme_asks_of_one(demo: Server, tmp_path: Path) -> None:
    """A machine without curl runs the README's commands all the same."""
    curl = curl_on_path(tmp_path / "bin").rpartition(":")[2] + "/curl"
    address, header = f"{demo.url}/v1/events", f"Authorization: Bearer {TOKEN}"

    ran = subprocess.run(
        [curl, "-s", "-L", address, "-H", header, "-H", "Content-Type: application/json", "-d", '{"title":"x"}'],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip

    assert json.loads(ran.stdout)["status"] == "accepted"


def _readme_fills_a_timeline(demo: Server) -> None:
    """What its commands send is where it says."""
    timeline = demo.get("/v1/entities/eu-checkout/events", limit=2)["events"]

    assert {event["source"] for event in timeline} >= {"ci/readme"}
    assert {event["dialect"] for event in timeline} == {"whence", "komodor"}


def _what_a_desk_client_sends_is_on_a_timeline(demo: Server) -> None:
    """The events of the page's commands; the one that was open is over."""
    timeline = demo.get("/v1/entities/SERVICE-00AA11BB22CC33DD/events")["events"]

    sent = [event for event in timeline if event["dialect"] == "desk"]
    assert [event["type"] for event in sent] == ["ERROR_EVENT", "CUSTOM_INFO", "CUSTOM_DEPLOYMENT"]
    assert {event["status"] for event in sent} == {"closed"}


def _what_a_monitor_posts_is_on_a_timeline(demo: Server) -> None:
    """One bar and the recovery that ended it, from the two payloads of the page."""
    recovery, problem = demo.get("/v1/events", service="reports", limit=2)["events"]

    assert (recovery["kind"], problem["kind"]) == ("recovery", "problem")
    assert problem["status"] == "closed"
    assert problem["title"] == recovery["title"] == "Reports take 40 s"
    assert problem["type"] == "SlowReports"


@pytest.mark.parametrize(
    ("page", "look"),
    [
        pytest.param(ROOT / "README.md", _readme_fills_a_timeline, id="README.md"),
        pytest.param(
            _HOW_TO / "send-from-a-desk-client.md", _what_a_desk_client_sends_is_on_a_timeline, id="desk client"
        ),
        pytest.param(_HOW_TO / "receive-alerts.md", _what_a_monitor_posts_is_on_a_timeline, id="alerts"),
    ],
)
def test_a_page_of_examples_works_as_written(
    demo: Server, tmp_path: Path, page: Path, look: Callable[[Server], None]
) -> None:
    """Every `sh` block runs, one after the other; a `json` block behind one has the keys of what it answers.

    What they sent is where the page says that it is.
    """
    environment = {
        **os.environ,
        "PATH": curl_on_path(tmp_path / "bin"),
        "WHENCE_URL": demo.url,
        "WHENCE_TOKEN": TOKEN,
        "VIRTUAL_ENV": str(Path(WHENCE).parent),
    }
    for (kind, text), (behind, expected) in pairwise([*blocks(page), ("", "")]):
        if kind != "sh":
            continue
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip

        assert ran.returncode == 0, text + ran.stderr
        assert ran.stdout.strip(), text
        assert not ran.stdout.startswith('{"error"'), text + ran.stdout
        if behind == "json":
            told, promised = json.loads(ran.stdout), json.loads(expected)
            assert _outline(told) == _outline(promised)
            assert told.get("status") == promised.get("status")

    look(demo)


def _outline(answer: dict[str, Any]) -> dict[str, int | None]:
    """Its keys, and how long its lists are."""
    return {key: len(value) if isinstance(value, list) else None for key, value in answer.items()}  # pyright: ignore[reportUnknownArgumentType]  any JSON
