"""What an operator may decide."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.komodor import DIALECT
from whence.dialects.komodor.options import Options
from whence.dialects.komodor.tests.test_create import EVENTS, GOOD
from whence.dialects.komodor.tests.test_times import HOUR_AGO, NOW, alert
from whence.edge import Edge
from whence.server import House


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, Options(repeat=timedelta(seconds=30), pair_fingerprints=True)),
        ({"repeat_seconds": "0"}, Options(repeat=None)),
        ({"repeat_seconds": "86400"}, Options(repeat=timedelta(days=1))),
        ({"pair_fingerprints": "false"}, Options(pair_fingerprints=False)),
        ({"pair_fingerprints": "True"}, Options(pair_fingerprints=True)),
    ],
)
def test_options_are_read(given: dict[str, str], options: Options) -> None:
    assert Options.read(given) == options


@pytest.mark.parametrize(
    ("own", "options"),
    [
        (None, Options(repeat=None)),
        ({}, Options(repeat=None)),
        ({"pair_fingerprints": "false"}, Options(repeat=None, pair_fingerprints=False)),
        ({"repeat_seconds": "5"}, Options(repeat=timedelta(seconds=5))),
    ],
)
def test_a_key_s_own_options_are_laid_over_the_installation_s(own: dict[str, str] | None, options: Options) -> None:
    """What it does not name stays as the operator decided."""
    assert Options.read({"repeat_seconds": "0"}).under(own) == options


@pytest.mark.parametrize(
    "given",
    [
        {"repeat_seconds": ""},
        {"repeat_seconds": "-1"},
        {"repeat_seconds": "1.5"},
        {"repeat_seconds": "86401"},
        {"repeat_seconds": "9" * 5000},
        {"repeat_seconds": "²"},
        {"pair_fingerprints": "off"},
        {"repeat": "5"},
    ],
)
async def test_an_option_that_means_nothing_stops_the_server(house: House, given: dict[str, str]) -> None:
    """At the start, by its name: not at the first request."""
    (name,) = given

    with pytest.raises(ValueError, match=f"^komodor: .*{name}"):
        DIALECT.app(replace(house.context, options=given))


async def test_options_are_obeyed(house: House, tenant: Tenant) -> None:
    """[9.1, 9.3] No repetitions, no pairs."""
    options = {"komodor": {"repeat_seconds": "0", "pair_fingerprints": "false"}}
    app = Edge([DIALECT], house.context, options=options, hosts=())
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"x-api-key": await tenant.key()}

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as komodor:
        for body in (GOOD, GOOD, alert("firing", HOUR_AGO), alert("resolved", NOW)):
            assert "x-idempotent-replay" not in (await komodor.post(EVENTS, json=body)).headers
        events = (await komodor.get(EVENTS)).json()["events"]

    assert [(event["count"], event["endTime"]) for event in events] == [(1, None)] * 4
