"""What `whence doctor` looks at, in order. Each check gives a finding, and says what to do where something is amiss."""

import os
from collections.abc import Iterator

from whence.cli import exposure, house, surroundings
from whence.cli.client import Client, RefusedError
from whence.cli.database_checks import database
from whence.cli.failure import CommandError
from whence.cli.finding import Finding
from whence.dialects import discover


def examine(given: dict[str, object], *, url: str, token: str) -> list[Finding]:
    """Every finding. Nothing is changed but what starting PostgreSQL changes, and that is stopped again."""
    strange = surroundings.variables(os.environ, (dialect.name for dialect in discover()))
    try:
        asked = house.settings(**given)
    except CommandError as failure:
        return [Finding(name="settings", level="failed", text=str(failure), remedy=failure.remedy), strange]
    return [
        Finding(name="settings", level="ok", text="every setting can be read"),
        strange,
        surroundings.files(),
        *surroundings.place(asked),
        *database(asked),
        exposure.addresses(asked),
        exposure.encryption(asked),
        exposure.metrics(asked),
        exposure.bootstrap(asked),
        *exposure.ports(asked),
        *_server(url, token),
    ]


def _server(url: str, token: str) -> Iterator[Finding]:
    # Neither path wants a token, but a client does. The second answers only to the names that commands may come by.
    try:
        with Client(url, token or "none") as client:
            client.get("/readyz")
            client.get("/v1/openapi.json")
    except RefusedError as refused:
        yield Finding(
            name="server",
            level="failed",
            text=f"{url} is not ready: {refused}",
            remedy="whence db upgrade; or mend the database",
        )
        return
    except CommandError as failure:
        yield Finding(name="server", level="warning", text=str(failure), remedy=failure.remedy)
        return
    yield Finding(name="server", level="ok", text=f"{url} is ready")
    if not token:
        yield Finding(name="token", level="skipped", text="none was given; WHENCE_TOKEN or --token names one")
        return
    try:
        with Client(url, token) as client:
            client.get("/v1/events", [("limit", "1")])
    except CommandError as failure:
        yield Finding(name="token", level="failed", text=str(failure), remedy=failure.remedy)
        return
    yield Finding(name="token", level="ok", text=f"{url} takes it, and it may read events")
