"""Prometheus Alertmanager, version 4 of its webhook: one signal an alert. Source: Cloudforet contract 14.1."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers.fields import Object, an_object, elements, members, moment, over, scalar, text, texts
from whence.receivers.keys import digest
from whence.receivers.reading import Fault, Reading, Why, each

_GRADES: Final[Mapping[str, Grade]] = {
    "critical": Grade.CRITICAL,
    "error": Grade.ERROR,
    "warning": Grade.WARNING,
}
_RESOURCE_LABELS: Final = (  # the first of them that an alert has names the resource
    "resource",
    "grpc_method",
    "instance",
    "pod",
    "container",
    "device",
    "persistentvolumeclaim",
    "persistentvolume",
    "deployment",
    "daemonset",
    "statefulset",
    "horizontalpodautoscaler",
    "service",
    "controller",
    "job",
    "namespace",
    "phase",
    "severity",
    "alertname",
    "prometheus",
)


def read(body: Object, now: datetime) -> Reading:
    """Every alert of the group that the body is about.

    Raises:
        Fault: `alerts` is no list, or too long.
    """
    return each(elements(body, "alerts"), partial(_signal, now=now), key="alerts")


def _signal(element: object, *, now: datetime) -> Signal:
    alert = an_object(element, "alerts")
    labels, annotations = members(alert, "labels"), members(alert, "annotations")
    is_over = text(alert, "status").lower() == "resolved"
    return Signal(
        key=_key(alert, labels),
        kind=SignalKind.RECOVERY if is_over else SignalKind.ALERT,
        title=text(annotations, "summary") or text(labels, "alertname") or "no title",
        description=text(annotations, "description") or "no description",
        grade=_GRADES.get(text(labels, "severity").lower(), Grade.INFO),
        rule=scalar(labels, "rule_group"),
        resource=_resource(labels),
        info=_info(alert, labels, annotations),
        occurred_at=moment(alert, "startsAt") or now,
        ended_at=over(alert, "endsAt", now=now) if is_over else None,
    )


def _key(alert: Object, labels: Object) -> str:
    """The fingerprint; of an alert without one a digest of its labels, which is what a fingerprint is."""
    if fingerprint := scalar(alert, "fingerprint"):
        return fingerprint
    if not labels:
        raise Fault("fingerprint", Why.MISSING)
    return digest(json.dumps(labels, sort_keys=True))


def _resource(labels: Object) -> Resource | None:
    for label in _RESOURCE_LABELS:
        if name := text(labels, label):
            return Resource(type=label, name=name)
    return None


def _info(alert: Object, labels: Object, annotations: Object) -> dict[str, str]:
    of_alert = {"generator_url": text(alert, "generatorURL"), "ends_at": text(alert, "endsAt")}
    found = {"runbook_url": text(annotations, "runbook_url"), **of_alert}
    return {name: value for name, value in found.items() if value} | texts(labels)
