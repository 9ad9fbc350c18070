"""What all signals go through, whatever they were read from: no blanks around texts, no endless key."""

from dataclasses import replace

from whence.domain.signal import Resource, Signal
from whence.receivers.keys import bounded


def trimmed(signal: Signal) -> Signal:
    """The same without blanks around its texts; the name of its resource is among its resources."""
    resource = _resource(signal.resource)
    names = [name.strip() for name in signal.resources]
    if resource is not None and resource.name not in names:
        names.append(resource.name)
    return replace(
        signal,
        key=bounded(signal.key.strip()),
        title=signal.title.strip(),
        description=signal.description.strip(),
        rule=signal.rule.strip(),
        image_url=signal.image_url.strip(),
        resources=tuple(filter(None, names)),
        resource=resource,
        provider=signal.provider.strip(),
        account=signal.account.strip(),
        info={name: value.strip() for name, value in signal.info.items()},
    )


def _resource(resource: Resource | None) -> Resource | None:
    """Trimmed; None where it says nothing."""
    if resource is None:
        return None
    found = Resource(id=resource.id.strip(), type=resource.type.strip(), name=resource.name.strip())
    return None if found == Resource() else found
