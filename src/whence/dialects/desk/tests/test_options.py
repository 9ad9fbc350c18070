"""What an operator, or the maker of a token, may decide."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.tenants import Tenant
from whence.dialects.desk import DIALECT
from whence.dialects.desk.options import Options, Unknown
from whence.dialects.desk.tests.pushing import EVENTS, by_tags, drafted, message, tagged
from whence.edge import Edge
from whence.server import House


def test_the_defaults_are_those_of_the_contract() -> None:
    """[3.4, 3.7, 3.8] Strict, unknown ids registered, no limit on sight, no wait."""
    assert Options.read({}) == Options(
        strict=True, unknown_entity_ids=Unknown.REGISTER, wait_for_match=timedelta(), tag_match_seen_hours=None
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"strict": "FALSE"}, Options(strict=False)),
        ({"strict": "1"}, Options()),
        ({"unknown_entity_ids": "reject"}, Options(unknown_entity_ids=Unknown.REJECT)),
        ({"wait_for_match": "30s"}, Options(wait_for_match=timedelta(seconds=30))),
        ({"wait_for_match": "1m"}, Options(wait_for_match=timedelta(minutes=1))),
        ({"wait_for_match": "5"}, Options(wait_for_match=timedelta(seconds=5))),
        ({"tag_match_seen_hours": "24"}, Options(tag_match_seen_hours=timedelta(days=1))),
        ({"tag_match_seen_hours": "0"}, Options()),
    ],
    ids=str,
)
def test_each_is_read(given: Mapping[str, str], expected: Options) -> None:
    """And a token's own are laid over them, one by one."""
    assert Options.read(given) == expected
    assert Options(strict=False).under(given) == replace(Options(strict=False).under(given))
    assert expected.under(None) is expected


@pytest.mark.parametrize(
    "given",
    [
        {"strict": "maybe"},
        {"unknown_entity_ids": "ignore"},
        {"wait_for_match": "61s"},
        {"wait_for_match": "2m"},
        {"wait_for_match": "soon"},
        {"tag_match_seen_hours": "-1"},
        {"tag_match_seen_hours": "24h"},
        {"tag_match_seen_hours": "999999"},
        {"lenient": "true"},
    ],
    ids=str,
)
async def test_what_means_nothing_is_refused_at_the_start(house: House, given: dict[str, str]) -> None:
    """By its name; the server does not start, and no token is made with it."""
    (name,) = given
    with pytest.raises(ValueError, match=rf"^desk: .*{name}"):
        Options.read(given)
    with pytest.raises(ValueError, match=r"^desk: "):
        Edge([DIALECT], house.context, options={"desk": given}, hosts=())
    assert [fault.path for fault in house.context.check_options({"desk": given})] == [f"options.desk.{name}"]


async def test_the_installations_options_hold(house: House, tenant: Tenant) -> None:
    """For every token that does not say otherwise."""
    await tenant.register(drafted("HOST-0000000000000001", tagged("blue")))
    app = Edge(
        [DIALECT], house.context, options={"desk": {"strict": "false", "unknown_entity_ids": "reject"}}, hosts=()
    )
    transport = httpx.ASGITransport(app=app)  # pyright: ignore[reportArgumentType]  two spellings of ASGI
    headers = {"authorization": f"Api-Token {await tenant.key()}"}

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as desk:
        lenient = await desk.post(
            EVENTS, json=message("ERROR_EVENT", title=..., attachRules=by_tags("blue", types="HOST"))
        )
        unknown = await desk.post(EVENTS, json=message())

    assert (lenient.status_code, unknown.status_code) == (200, 400)
