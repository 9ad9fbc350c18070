"""What a door is: a route or a call, what opens it, and how one might reach through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from whence.domain.access import Right


class Key(Enum):
    """What opens a door that no single right opens."""

    NONE = "no token"
    WEBHOOK = "the access key of a webhook, which the request names; a token is not looked at"
    SESSION = "the cookie of somebody who is signed in; a token is not looked at"
    ANY = "a good token, whatever its rights"
    BOOTSTRAP = "the token of the installation's admin"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request that names something, `<event>` or `<tag>` or what else `things.py` knows, wherever it can.

    `path`: in place of the route's own. `stores`: it is good without the thing, too, and stores something.
    """

    path: str = ""
    query: Mapping[str, str] | None = None
    json: object = None
    stores: bool = False


@dataclass(frozen=True, kw_only=True)
class Door:
    """A route: what opens it, and how one might reach through it for what is another account's.

    `body`: one that is read before the key is known not to do. `answers`: the status of an open door to whoever sends
    nothing.
    """

    key: Right | Key
    probes: tuple[Probe, ...] = ()
    reaches: str = "nothing"  # said where there are no probes: why not
    body: object = None
    answers: int = 200

    def __post_init__(self) -> None:
        assert self.key is Key.NONE or self.probes or self.reaches != "nothing"
