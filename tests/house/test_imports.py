"""Imports go one way, and a new vendor is one new folder."""

import asyncio
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

import httpx
import pytest

import whence.dialects
from tests.acceptance.server import TOKEN, bearer, directory
from tests.house.source import ROOT
from whence.server import house
from whence.settings import Settings

_TOY: Final = """
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from whence.dialects import Dialect
from whence.domain.event import Kind, Report, Severity, Span


def app(context):
    async def shout(request):
        by = await context.access.authenticate(request.headers.get("x-toy"))
        now = datetime.now(UTC)
        text = (await request.body()).decode()
        report = Report(
            kind=Kind.INFO, type="shout", severity=Severity.INFO, title=text,
            span=Span(start=now, end=now), source=by.name, dialect="toy",
        )
        receipt = await context.ingest.accept_one(by.account_id, report)
        return JSONResponse({"heard": str(receipt.id), "loud": context.options.get("loud")})

    return Starlette(routes=[Route("/toy/shout", shout, methods=["POST"])])


DIALECT = Dialect(name="toy", app=app, owns=lambda connection: connection.url.path.startswith("/toy/"))
"""


def test_imports_keep_their_contracts() -> None:
    """`lint-imports` says which import goes the wrong way."""
    linted = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert linted.returncode == 0, linted.stdout


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A folder with a dialect, beside ours."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text(_TOY)
    monkeypatch.setattr(whence.dialects, "__path__", [*whence.dialects.__path__, str(tmp_path)])
    yield
    sys.modules.pop("whence.dialects.toy", None)


@pytest.mark.usefixtures("toy")
def test_a_folder_makes_a_dialect() -> None:
    """[RU7] Discovered, given its options, served beside the others, and its events are everybody's: no other edit."""

    async def heard() -> tuple[httpx.Response, httpx.Response]:
        with directory() as home:
            given = {"data_dir": home / "data", "bootstrap_token": TOKEN, "dialects": {"toy": {"loud": "very"}}}
            async with (
                house(Settings.model_validate(given)) as whole,
                httpx.AsyncClient(transport=httpx.ASGITransport(whole.app), base_url="http://localhost") as client,
            ):
                shouted = await client.post("/toy/shout", content="land in sight", headers={"x-toy": TOKEN})
                return shouted, await client.get("/v1/events", headers=bearer(TOKEN))

    shouted, listed = asyncio.run(heard())

    assert "toy" in {dialect.name for dialect in whence.dialects.discover()}
    assert shouted.json()["loud"] == "very"
    (event,) = listed.json()["events"]
    assert (event["title"], event["dialect"], event["id"]) == ("land in sight", "toy", shouted.json()["heard"])
