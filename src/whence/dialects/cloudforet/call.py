"""One call of this dialect, whichever way it came: what was asked, by whom, and who answers it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from whence.dialects.cloudforet.schema import SERVICES
from whence.domain.access import Principal


class Access(Enum):
    """What a call asks for to be let in."""

    TOKEN = auto()
    ACCESS_KEY = auto()  # of a webhook, in the request itself; a token that is sent is not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was asked.

    `request` is the message as `messages.read` gives it; where nobody was let in yet, its fields are read as they are
    asked for, which may raise Fault. `by` is set for calls that ask for a token. `metadata`: what
    came beside the request, names in lower case, without credentials. `base_url`: where this service is reached over
    HTTP, no slash at the end.
    """

    request: Mapping[str, Any]
    by: Principal | None
    metadata: Mapping[str, str]
    base_url: str


Handler = Callable[[Call], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rpc:
    """A method of a service; `request` and `reply` are full names of messages."""

    service: str
    verb: str
    request: str
    reply: str
    handler: Handler
    access: Access

    @property
    def path(self) -> str:
        """`event-rule/change-order`."""
        return f"{kebab(self.service)}/{self.verb.replace('_', '-')}"


Calls = Mapping[str, Rpc]  # by `Event.get`


def table(handlers: Mapping[str, Handler]) -> Calls:
    """The calls that these handlers answer; each is named as `Event.get`, and has the messages of the schema."""
    return {name: _rpc(name, handler) for name, handler in handlers.items()}


def kebab(service: str) -> str:
    """The name of a service in a path: `EventRule` is `event-rule`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in service).removeprefix("-")


def _rpc(name: str, handler: Handler) -> Rpc:
    service, _, verb = name.partition(".")
    method = SERVICES[service].methods_by_name[verb]
    return Rpc(
        service=service,
        verb=verb,
        request=method.input_type.full_name,
        reply=method.output_type.full_name,
        handler=handler,
        access=Access.ACCESS_KEY if name == "Event.create" else Access.TOKEN,
    )
