import re
from dataclasses import dataclass

import httpx

from tests.acceptance.server import bearer
from tests.cli.terminal import Terminal

_BOOTSTRAP = "from-outside-0123456789"


@dataclass(frozen=True, kw_only=True)
class _Tour:
    """One start of the demo: what it said, the token that it named, and what that finds at the sufferer."""

    said: str
    token: str
    titles: list[str]


def _tour(alone: Terminal, *, tried: str | None = None, **settings: str) -> _Tour:
    with alone.begin("demo", **settings) as demo:
        url = demo.address()
        demo.until(lambda: "Stop with" in demo.said, "it has told all")
        named = re.search(r"Bearer (\S+)\"", demo.said)
        assert named is not None
        query = {"entity": "eu-checkout", "limit": "100"}
        answer = httpx.get(f"{url}/v1/events", params=query, headers=bearer(tried or named[1]))
        demo.stop()
    titles = [event["title"] for event in answer.json()["events"]] if answer.is_success else []
    return _Tour(said=demo.said, token=named[1], titles=titles)


def test_each_start_names_a_token_that_works(alone: Terminal) -> None:
    """Three starts show one history, each with a good token of its own.

    One that a start made anew opens nothing any more after the next; the first one of all is the database's, and stays.
    """
    tours = [_tour(alone), _tour(alone)]
    tours.append(_tour(alone, tried=tours[0].token))
    stale = _tour(alone, tried=tours[2].token)

    assert len({tour.token for tour in tours}) == len(tours)
    assert tours[0].titles == tours[1].titles == tours[2].titles
    assert "Customers in Europe cannot pay" in tours[0].titles
    assert "checkout v2.14.1 is out in prod-eu" in tours[0].titles
    assert stale.titles == []


def test_the_demo_has_alerts(alone: Terminal) -> None:
    """Those of the incident are open; the ones of yesterday ended, by themselves or by a recovery."""
    settings = {"WHENCE_BOOTSTRAP_TOKEN": _BOOTSTRAP}
    with alone.begin("demo", **settings) as demo:
        url = demo.address()
        demo.until(lambda: "Stop with" in demo.said, "it has told all")
        alerts = httpx.get(f"{url}/v1/alerts", headers=bearer(_BOOTSTRAP)).json()["alerts"]
        demo.stop()

    assert [alert["state"] for alert in alerts] == ["open"] * 7 + ["closed"] * 3
    assert {alert["closed_by"] for alert in alerts[7:]} == {"timeout", "recovery"}
    assert alerts[0]["title"] == "Queue of unpaid orders: 1,840"


def test_a_token_from_outside_is_not_shown(alone: Terminal) -> None:
    """The commands name the variable instead, and the token in it works."""
    tour = _tour(alone, tried=_BOOTSTRAP, WHENCE_BOOTSTRAP_TOKEN=_BOOTSTRAP)

    assert tour.token == "$WHENCE_BOOTSTRAP_TOKEN"
    assert _BOOTSTRAP not in tour.said
    assert tour.titles
