"""Reports in the words that senders use."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic_core import to_json

from bench.world import World, now
from whence.domain.event import Report, Severity

VARIETY: Final = 4_096  # bodies; more than are ever in one commit

_KOMODOR: Final = {
    Severity.INFO: "information",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
    Severity.CRITICAL: "error",
}


def native(report: Report) -> dict[str, object]:
    """As `POST /v1/events` takes it."""
    places = report.places or report.scope.places()
    return {
        "source": report.source,
        "kind": report.kind.value,
        "type": report.type,
        "severity": report.severity.value,
        "title": report.title,
        "description": report.description,
        "url": report.url,
        "scope": {"clusters": places.clusters, "namespaces": places.namespaces, "services": places.services},
        "properties": report.properties,
    }


def komodor(report: Report) -> dict[str, object]:
    """As `POST /mgmt/v1/events` takes it."""
    places = report.places or report.scope.places()
    return {
        "eventType": report.type,
        "summary": f"{report.title}. {report.description} {report.url}",
        "severity": _KOMODOR[report.severity],
        "scope": {
            "clusters": places.clusters,
            "namespaces": places.namespaces,
            "servicesNames": places.services,
        },
        "details": report.properties,
    }


def write(path: Path, spell: Callable[[Report], Mapping[str, object]], *, variety: int = VARIETY) -> Path:
    """A body a line, in a new file, for the load generators: each holds `@@`, for a number used once."""
    world = World()
    reports = (world.report(now()) for _ in range(variety))
    marked = (replace(report, title=f"{report.title} @@") for report in reports)
    path.write_bytes(b"\n".join(to_json(spell(report)) for report in marked) + b"\n")
    return path


def original(report: Report) -> str:
    """The body that the report may have come in."""
    return to_json(_SPELLINGS.get(report.dialect, native)(report)).decode()


_SPELLINGS: Final[Mapping[str, Callable[[Report], Mapping[str, object]]]] = {"komodor": komodor}
