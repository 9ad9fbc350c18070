"""From Komodor's words to the house's nouns. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from whence.dialects.komodor import vocabulary, wire
from whence.dialects.komodor.fields import Receipt
from whence.dialects.komodor.options import Options
from whence.domain.access import Principal
from whence.domain.event import Kind, Once, Pairing, Report, Span
from whence.domain.link import Link
from whence.domain.scope import Scope

NAME: Final = "komodor"
_KEY_LIFETIME: Final = timedelta(hours=24)
_NAMED_KEYS: Final = 5  # of a configuration change, in its summary
_LONGEST_NAMED: Final = 100  # characters of one of them
_NO_SERVICE: Final = Scope(clauses=())


def report(sent: wire.CustomEvent, raw: bytes, *, by: Principal, receipt: Receipt, options: Options) -> Report:
    """The custom event as a report."""
    start = receipt.start(sent.timestamp, sent.endTimestamp)
    properties = details(sent) or {}
    return Report(
        kind=vocabulary.kind(sent.eventType),
        type=sent.eventType,
        severity=sent.severity,
        title=sent.summary,
        links=tuple(Link(title=link.title, url=link.url) for link in sent.links or ()),
        span=Span(start=start, end=sent.endTimestamp or start),
        source=by.name,
        dialect=NAME,
        scope=scope(sent),
        properties=properties,
        original=raw.decode(),
        once=once(sent.idempotencyKey, f"{type(sent).__name__}\n".encode() + raw, by=by, options=options),
        pairing=_pairing(sent.eventType, properties) if options.pair_fingerprints else None,
    )


def details(sent: wire.CustomEvent) -> dict[str, Any] | None:
    """What was sent in either place; the top level wins key by key. None: nothing was."""
    inner = sent.scope.details if sent.scope else None
    if sent.details is None or inner is None:
        return inner if sent.details is None else sent.details
    return {**inner, **sent.details}


def scope(sent: wire.CustomEvent) -> Scope:
    """The services that the event concerns, whichever way they were spelled."""
    if sent.scope is None:
        return Scope.services()
    names = (*sent.scope.servicesNames, *sent.scope.serviceNames)
    return Scope.services(clusters=sent.scope.clusters, namespaces=sent.scope.namespaces, names=names)


def once(key: str | None, content: bytes, *, by: Principal, options: Options) -> Once | None:
    """The promise that a retry is not stored again: under the sender's key, else under the very bytes.

    `content` is all that was sent and where to, so that a key or a repetition never crosses two calls.
    """
    digest = sha256(content)
    if key is not None:
        return Once(key=f"{NAME} key {key}", content=digest.digest(), lifetime=_KEY_LIFETIME)
    if options.repeat is None:
        return None
    body = f"{NAME} body {by.token_id} {digest.hexdigest()}"
    return Once(key=body, content=digest.digest(), lifetime=options.repeat, counts=True)


def _pairing(event_type: str, properties: Mapping[str, Any]) -> Pairing | None:
    """Alertmanager's senders report one thing twice: when it fires, and when it is resolved."""
    fingerprint, status = properties.get("fingerprint"), properties.get("status")
    if not isinstance(fingerprint, str) or not fingerprint or status not in ("firing", "resolved"):
        return None
    return Pairing(key=f"{NAME}\0{event_type}\0{fingerprint}", ends=status == "resolved")


def config_change(
    target: wire.Target,
    change: Mapping[str, Any],
    raw: bytes,
    *,
    by: Principal,
    receipt: Receipt,
    options: Options,
) -> Report:
    """The legacy configuration change of one service."""
    place = f"{target.clusterName}\0{target.namespace}\0{target.serviceName}"
    return Report(
        kind=Kind.CHANGE,
        type="config change",
        title=_configuration_changed(list(change)),
        span=Span.moment(receipt.at),
        source=by.name,
        dialect=NAME,
        scope=Scope.services(clusters=[target.clusterName], namespaces=[target.namespace], names=[target.serviceName]),
        properties=change,
        original=raw.decode(),
        once=once(None, f"config_change\0{place}\n".encode() + raw, by=by, options=options),
    )


def _configuration_changed(keys: Sequence[str]) -> str:
    if not keys:
        return "Configuration changed"
    first = [key[:_LONGEST_NAMED] + "…" if len(key) > _LONGEST_NAMED else key for key in keys[:_NAMED_KEYS]]
    return f"Configuration changed: {', '.join(first)}{', …' if len(keys) > _NAMED_KEYS else ''}"


def image_source(
    sent: wire.ImageSource,
    properties: Mapping[str, Any],
    raw: bytes,
    *,
    by: Principal,
    receipt: Receipt,
    options: Options,
) -> Report:
    """Where an image comes from; it concerns no service."""
    git = sent.git or {}
    origin = " ".join(str(git[key]) for key in ("repository", "branch", "ref") if git.get(key))
    return Report(
        type="image source",
        title=f"{sent.image} built from {origin}" if origin else f"Source of {sent.image}",
        span=Span.moment(receipt.at),
        source=by.name,
        dialect=NAME,
        scope=_NO_SERVICE,
        properties=properties,
        original=raw.decode(),
        once=once(None, b"image source\n" + raw, by=by, options=options),
    )
