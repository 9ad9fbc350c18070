"""What the vendor calls a relation: its names by kind, and the name of one by what its ends are.

The core knows four kinds, the vendor more than sixteen names; what was written as `isPgAppOf` is read back by the name
that its ends' types call for. Source: DESK contract 4.1, "Relations".
"""

from collections.abc import Mapping
from typing import Final

from whence.domain.entity import RelationKind

KINDS: Final[Mapping[str, RelationKind]] = {
    "calls": RelationKind.CALLS,
    "runsOn": RelationKind.RUNS_ON,
    "runsOnHost": RelationKind.RUNS_ON,
    "runsOnProcessGroupInstance": RelationKind.RUNS_ON,
    "isProcessOf": RelationKind.RUNS_ON,
    "isInstanceOf": RelationKind.PART_OF,
    "isPgAppOf": RelationKind.PART_OF,
    "isChildOf": RelationKind.PART_OF,
    "belongsTo": RelationKind.PART_OF,
    "isSiteOf": RelationKind.PART_OF,
    "isNetworkInterfaceOf": RelationKind.PART_OF,
    "isNetworkClientOfProcessGroup": RelationKind.DEPENDS_ON,
    "isNetworkClientOfHost": RelationKind.DEPENDS_ON,
    "isSameAs": RelationKind.DEPENDS_ON,
    "isAccessibleBy": RelationKind.DEPENDS_ON,
    "listensOnQueue": RelationKind.DEPENDS_ON,
    "indirectlySendsToQueue": RelationKind.DEPENDS_ON,
}

_ANY: Final = ""
# Names by kind, source's type, target's type; the first line that fits says it.
_NAMES: Final[Mapping[RelationKind, tuple[tuple[str, str, str], ...]]] = {
    RelationKind.CALLS: ((_ANY, _ANY, "calls"),),
    RelationKind.RUNS_ON: (
        ("PROCESS_GROUP_INSTANCE", "HOST", "isProcessOf"),
        ("PROCESS_GROUP", "HOST", "runsOn"),
        (_ANY, "HOST", "runsOnHost"),
        (_ANY, "PROCESS_GROUP_INSTANCE", "runsOnProcessGroupInstance"),
        (_ANY, _ANY, "runsOn"),
    ),
    RelationKind.PART_OF: (
        ("PROCESS_GROUP_INSTANCE", "PROCESS_GROUP", "isInstanceOf"),
        ("SERVICE_INSTANCE", "SERVICE", "isInstanceOf"),
        ("CUSTOM_DEVICE", "CUSTOM_DEVICE_GROUP", "isInstanceOf"),
        ("PROCESS_GROUP", "CF_APPLICATION", "isPgAppOf"),
        ("PROCESS_GROUP", "CLOUD_APPLICATION", "isPgAppOf"),
        ("NETWORK_INTERFACE", _ANY, "isNetworkInterfaceOf"),
        ("GEOLOC_SITE", _ANY, "isSiteOf"),
        ("HOST", _ANY, "belongsTo"),
        (_ANY, _ANY, "isChildOf"),
    ),
    RelationKind.DEPENDS_ON: (
        (_ANY, "QUEUE", "listensOnQueue"),
        (_ANY, "HOST", "isNetworkClientOfHost"),
        (_ANY, _ANY, "isNetworkClientOfProcessGroup"),
    ),
}


def name(kind: RelationKind, source_type: str, target_type: str) -> str:
    """What the vendor calls a relation of the kind between entities of these types."""
    return next(
        said for source, target, said in _NAMES[kind] if source in {_ANY, source_type} and target in {_ANY, target_type}
    )
