"""What the list of hosts tells of a host beside what it tells of any entity. Pure. Source: DESK contract 4.1.

It is what the properties of the entity say. What they do not say is left out, but for two fields: nobody may have told
the architecture of a host, yet a shipped client raises an exception on a host without one; and every host is in a
network zone.
"""

from collections.abc import Mapping
from typing import Any, Final

ARCHITECTURES: Final = frozenset({"ARM", "IA64", "PARISC", "PPC", "PPCLE", "S390", "SPARC", "X86", "ZOS"})
MODES: Final = frozenset({"DISCOVERY", "FULL_STACK", "INFRASTRUCTURE", "OFF"})  # a client fails on any other

_USUAL_ARCHITECTURE: Final = "X86"  # an invention: see above
_USUAL_ZONE: Final = "default"


def facts(properties: Mapping[str, object]) -> dict[str, Any]:
    """The fields of a host with these properties."""
    architecture, mode = _text(properties, "osArchitecture"), _text(properties, "monitoringMode")
    shown: dict[str, Any] = {
        "networkZoneId": _text(properties, "networkZoneId") or _USUAL_ZONE,
        "osArchitecture": architecture if architecture in ARCHITECTURES else _USUAL_ARCHITECTURE,
    }
    shown |= {name: text for name in ("osType", "osVersion") if (text := _text(properties, name))}
    if mode in MODES:
        shown["monitoringMode"] = mode
    cores = properties.get("cpuCores")
    if isinstance(cores, int) and not isinstance(cores, bool):
        shown["cpuCores"] = cores
    return shown


def _text(properties: Mapping[str, object], name: str) -> str | None:
    value = properties.get(name)
    return value if isinstance(value, str) else None
