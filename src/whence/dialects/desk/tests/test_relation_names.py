"""What the vendor calls relations. Source: DESK contract 4.1."""

import pytest

from whence.dialects.desk.relation_names import KINDS, name
from whence.domain.entity import RelationKind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("calls", RelationKind.CALLS),
        ("runsOn runsOnHost runsOnProcessGroupInstance isProcessOf", RelationKind.RUNS_ON),
        ("isInstanceOf isPgAppOf isChildOf belongsTo isSiteOf isNetworkInterfaceOf", RelationKind.PART_OF),
        (
            """isNetworkClientOfProcessGroup isNetworkClientOfHost isSameAs isAccessibleBy listensOnQueue
            indirectlySendsToQueue""",
            RelationKind.DEPENDS_ON,
        ),
    ],
)
def test_each_name_has_its_kind(names: str, kind: RelationKind) -> None:
    """All 17 names of the contract mean what it says, and no other name means anything."""
    assert {said for said, of in KINDS.items() if of is kind} == set(names.split())
    assert len(KINDS) == 17


@pytest.mark.parametrize(
    ("source", "kind", "target", "said"),
    [
        ("APPLICATION", "calls", "SERVICE", "calls"),
        ("SERVICE", "runs_on", "PROCESS_GROUP", "runsOn"),
        ("SERVICE", "runs_on", "PROCESS_GROUP_INSTANCE", "runsOnProcessGroupInstance"),
        ("SERVICE", "runs_on", "HOST", "runsOnHost"),
        ("PROCESS_GROUP", "runs_on", "HOST", "runsOn"),
        ("PROCESS_GROUP_INSTANCE", "runs_on", "HOST", "isProcessOf"),
        ("CUSTOM_DEVICE", "part_of", "CUSTOM_DEVICE_GROUP", "isInstanceOf"),
        ("PROCESS_GROUP_INSTANCE", "part_of", "PROCESS_GROUP", "isInstanceOf"),
        ("PROCESS_GROUP", "part_of", "CF_APPLICATION", "isPgAppOf"),
        ("NETWORK_INTERFACE", "part_of", "HOST", "isNetworkInterfaceOf"),
        ("HOST", "part_of", "HOST_GROUP", "belongsTo"),
        ("SERVICE", "part_of", "SERVICE", "isChildOf"),
        ("SERVICE", "depends_on", "HOST", "isNetworkClientOfHost"),
        ("SERVICE", "depends_on", "QUEUE", "listensOnQueue"),
        ("SERVICE", "depends_on", "SERVICE", "isNetworkClientOfProcessGroup"),
    ],
)
def test_a_relation_is_named_by_what_its_ends_are(source: str, kind: str, target: str, said: str) -> None:
    """The vendor's name fits the types of both ends."""
    assert name(RelationKind(kind), source, target) == said


@pytest.mark.parametrize("kind", RelationKind)
def test_what_is_read_can_be_asked_for(kind: RelationKind) -> None:
    """The name that a relation is shown with selects relations of its kind, whatever its ends are."""
    types = ("HOST", "SERVICE", "PROCESS_GROUP", "PROCESS_GROUP_INSTANCE", "QUEUE", "CUSTOM_DEVICE", "GEOLOC_SITE", "X")

    assert all(KINDS[name(kind, source, target)] is kind for source in types for target in types)
