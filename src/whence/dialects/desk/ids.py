"""Entity ids as this dialect spells them, and those that a sender can work out by itself.

Source: DESK contract 3.5 (tolerance) and 4 (forms, hashes and their vectors).
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mmh3 import hash64

CUSTOM_DEVICE: Final = "CUSTOM_DEVICE"
CUSTOM_DEVICE_GROUP: Final = "CUSTOM_DEVICE_GROUP"
ENVIRONMENT: Final = "ENVIRONMENT"

_SECOND_SPELLING: Final = re.compile(r"en[0-9a-f]{16}", re.IGNORECASE)
_NO_GROUP: Final = bytes(8)  # what stands for the group's hash when no group was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDevice:
    """The ids of a custom device and of its group."""

    device_id: str
    group_id: str


def normal(text: str) -> str:
    """The id as the catalogue has it: upper case, 16 digits with zeros on the left; `en` and 16 digits in lower case.

    What is no id stays none, as does a type with no digits behind it; nothing else is checked here.
    """
    if _SECOND_SPELLING.fullmatch(text):
        return text.lower()
    kind, hyphen, digits = text.rpartition("-")
    return f"{kind}-{digits:0>16}".upper() if digits and hyphen else text


def type_of(entity_id: str) -> str:
    """All before the last hyphen; empty when there is none."""
    return entity_id.rpartition("-")[0]


def custom_device(device: str, *, group: str | None, kind: str | None = None) -> CustomDevice:
    """The ids that follow from the sender's own id of the device, its group and, when no group is sent, its `kind`."""
    if group:
        group_hash = _hash(_counted("") + _counted(group))
        return CustomDevice(
            device_id=_spelled(CUSTOM_DEVICE, _hash(group_hash + _counted(device))),
            group_id=_spelled(CUSTOM_DEVICE_GROUP, group_hash),
        )
    return CustomDevice(
        device_id=_spelled(CUSTOM_DEVICE, _hash(_NO_GROUP + _counted(device))),
        group_id=_spelled(CUSTOM_DEVICE_GROUP, _hash(_counted("") + _counted(kind or device))),
    )


def environment(account_id: UUID) -> str:
    """The id of the one environment that an account is."""
    return _spelled(ENVIRONMENT, _hash(account_id.bytes))


def _counted(text: str) -> bytes:
    """The text in UTF-8, then how many bytes that are."""
    raw = text.encode()
    return raw + len(raw).to_bytes(4)


def _hash(raw: bytes) -> bytes:
    """The first half of MurmurHash3, x64, 128 bits, seed 0; big-endian."""
    return hash64(raw, signed=False)[0].to_bytes(8)


def _spelled(kind: str, digits: bytes) -> str:
    return f"{kind}-{digits.hex().upper()}"
