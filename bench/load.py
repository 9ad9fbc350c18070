"""Load by wrk, which is not ours, so that the generator costs little and measures the same for everybody."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.child import TOKEN

CONNECTIONS: Final = 64
_SCRIPTS: Final = Path(__file__).parent / "lua"


class InvalidRunError(Exception):
    """A run that measured something else than it should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run of wrk was: requests that were answered with success, in so many seconds."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def is_there() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


async def press(url: str, bodies: Path, *, seconds: float, connections: int = CONNECTIONS, each: int = 1) -> Load:
    """POST the bodies to the URL for some seconds, `each` of them a request (as NDJSON when more than one).

    Raises:
        InvalidRunError: an answer was no success, or a connection broke.
    """
    script = "single.lua" if each == 1 else "batch.lua"
    arguments = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", script]
    headers = ["-H", f"Authorization: Bearer {TOKEN}", "-H", f"x-api-key: {TOKEN}"]
    process = await asyncio.create_subprocess_exec(
        "wrk", *arguments, *headers, url, "--", str(bodies), str(each),
        cwd=_SCRIPTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    if process.returncode != 0:
        raise InvalidRunError(f"wrk failed: {said[-500:]}")
    summary = json.loads(said.strip().splitlines()[-1])
    if summary["refused"] or summary["broken"] or not summary["requests"]:
        raise InvalidRunError(
            f"{summary['requests']} answers, {summary['refused']} refusals, {summary['broken']} broken connections"
        )
    return Load(
        requests=summary["requests"],
        seconds=summary["duration_us"] / 1e6,
        p50_ms=summary["p50_us"] / 1000,
        p99_ms=summary["p99_us"] / 1000,
    )
