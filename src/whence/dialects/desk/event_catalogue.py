"""The types that events have and the properties that a sender may set, as lists and one by one.

Source: DESK contract 5.3 and 5.5.
"""

from collections.abc import Mapping
from typing import Any, Final

from whence.dialects import Context
from whence.dialects.desk import encode, nearest
from whence.dialects.desk.catalogue_page import Listing, listed, one_of
from whence.dialects.desk.gate import Routes, Scope
from whence.dialects.desk.options import Options

_TYPES: Final[Mapping[str, str]] = {
    "AVAILABILITY_EVENT": "Something is not available, as told from outside",
    "CUSTOM_ALERT": "An alert pushed from outside",
    "CUSTOM_ANNOTATION": "An annotation pushed from outside",
    "CUSTOM_CONFIGURATION": "A change of configuration pushed from outside",
    "CUSTOM_DEPLOYMENT": "A deployment pushed from outside",
    "CUSTOM_INFO": "Information pushed from outside",
    "ERROR_EVENT": "Errors, as told from outside",
    "MARKED_FOR_TERMINATION": "An entity that will be terminated",
    "PERFORMANCE_EVENT": "A slowdown, as told from outside",
    "RESOURCE_CONTENTION_EVENT": "A resource that runs short, as told from outside",
    "WARNING": "A point in time that is worth a look and opens no problem",
}
_PROPERTIES: Final[Mapping[str, tuple[str, str]]] = {
    encode.DESCRIPTION: ("Description", "Text of the event"),
    encode.SOURCE: ("Source", "Name or id of the sender"),
    "dt.event.title": ("Title", "Title of the event"),
    encode.FIELDS["timeoutMinutes"]: ("Timeout", "Minutes from the last report until the event is over"),
    encode.FIELDS["deploymentName"]: ("Deployment name", "Name or id of the deployment"),
    encode.FIELDS["deploymentVersion"]: ("Deployment version", "Version that was deployed"),
    encode.FIELDS["deploymentProject"]: ("Deployment project", "Project of the package that was deployed"),
    encode.FIELDS["ciBackLink"]: ("Link to the artifact", "Where the other tool shows what was deployed"),
    encode.FIELDS["remediationAction"]: ("Link to the remediation", "Where the other tool undoes it"),
    encode.FIELDS["allowDavisMerge"]: ("Merging allowed", "false: the event is a problem of its own"),
    encode.ALLOW_FREQUENT: ("Frequent issue detection allowed", "false: the event is never taken for a frequent one"),
    encode.ALLOW_REMAPPING: ("Entity remapping allowed", "false: the event stays on its entity"),
    encode.ROOT_CAUSE: ("Root cause relevant", "false: the event is kept out of the root cause analysis"),
    encode.SUPPRESSED: ("Problem suppressed", "true: the event is stored and opens no problem"),
}


def routes(context: Context, options: Options) -> Routes:  # noqa: ARG001  every part is given them
    """The endpoints of this part."""
    types = {name: _event_type(name, description) for name, description in _TYPES.items()}
    properties = {key: _property(key, *told) for key, told in _PROPERTIES.items()}
    return {
        ("GET", "/api/v2/eventTypes"): listed(context, _listing("eventTypeInfos"), list(types.values())),
        ("GET", "/api/v2/eventTypes/{name}"): one_of(context, "event type", Scope.READ_EVENTS, types),
        ("GET", "/api/v2/eventProperties"): listed(context, _listing("eventProperties"), list(properties.values())),
        ("GET", "/api/v2/eventProperties/{name}"): one_of(context, "event property", Scope.READ_EVENTS, properties),
    }


def _listing(name: str) -> Listing:
    return Listing(name=name, scope=Scope.READ_EVENTS, page=100, largest_page=500)


def _event_type(name: str, description: str) -> dict[str, Any]:
    of = nearest.V2_EVENT_TYPES[name]
    return {
        "type": name,
        "displayName": of.shown,
        "severityLevel": of.severity_level or "INFO",
        "description": description,
    }


def _property(key: str, name: str, description: str) -> dict[str, Any]:
    return {"key": key, "displayName": name, "description": description, "writable": True, "filterable": True}
