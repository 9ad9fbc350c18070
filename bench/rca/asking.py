"""Ask a server for the causes of what it was told, and read its answer in the words of the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import httpx

from bench.load import InvalidRunError
from bench.rca.rules import Groups
from bench.rca.telling import Told, answer

_MOST = "50"  # the longest ranking there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A ranking, the score of its first (0 when there is none), and whether the server calls that one likely."""

    ranking: Groups
    top: float
    is_likely: bool


async def ask(client: httpx.AsyncClient, told: Told, lookback: str | None) -> Answer:
    """What caused the case's symptoms; `lookback`: an ISO 8601 duration, None leaves it to the server.

    Raises:
        InvalidRunError: the answer is no success, or names what it was never told.
    """
    case = told.case
    parameters = {"at": case.at.isoformat(), "of": case.of, "limit": _MOST}
    if case.anchor is not None:
        parameters["entity"] = case.anchor
    if lookback is not None:
        parameters["lookback"] = lookback
    said = await answer(client, "/v1/causes", parameters)
    return Answer(
        ranking=_ranking(said, told),
        top=max((cause["score"] for cause in said["causes"]), default=0.0),
        is_likely=said["likely"],
    )


def _ranking(said: Mapping[str, Any], told: Told) -> Groups:
    """In the order of the answer; what has one score is a tie, as nothing but ids tells it apart."""
    noun, known = ("event", told.events) if told.case.of == "changes" else ("entity", told.entities)
    return [
        [_known(cause[noun]["id"], known) for cause in alike]
        for _, alike in groupby(said["causes"], key=lambda cause: cause["score"])
    ]


def _known(server_id: str, known: Mapping[str, str]) -> str:
    if server_id not in known:
        raise InvalidRunError(f"the answer names {server_id}, which is none of the case")
    return known[server_id]
