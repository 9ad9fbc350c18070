"""Ids that sort by the time at which they were given."""

import os
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
# Ids need to differ, not to be secret: reading the kernel's randomness for each costs more than all the rest.
_NOISE: Final = Random()  # noqa: S311  not for secrets
os.register_at_fork(after_in_child=_NOISE.seed)


def new_id(at: datetime) -> UUID:
    """A UUIDv7 of that millisecond: 74 random bits, so that no two writers need to agree. Source: RFC 9562, 5.7."""
    return UUID(int=_new(at))


def new_bytes(at: datetime) -> bytes:
    """The 16 bytes of what `new_id` makes, for a type that is made of bytes."""
    return _new(at).to_bytes(16)


def _new(at: datetime) -> int:
    millis = (at - _EPOCH) // _MILLISECOND & 0xFFFF_FFFF_FFFF  # exact, as floats are not
    noise = _NOISE.getrandbits(74)
    return millis << 80 | 0x7 << 76 | (noise >> 62) << 64 | 0b10 << 62 | noise & 0x3FFF_FFFF_FFFF_FFFF


def in_millis(at: datetime) -> datetime:
    """The instant without what is finer than a millisecond, as it is shown to those who ask for it by what they saw."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def first_id(at: datetime) -> UUID:
    """What sorts before every id that `new_id` makes in that millisecond or later, and behind all before."""
    return UUID(int=((at - _EPOCH) // _MILLISECOND & 0xFFFF_FFFF_FFFF) << 80)


def born_at(made: UUID) -> datetime:
    """The millisecond that the id was made in by `new_id`."""
    return _EPOCH + (made.int >> 80) * _MILLISECOND


def number(event_id: UUID) -> int:
    """The 64 most random bits of the id, as a signed number: for those who can hold no more than that.

    Two bits above the variant, and the 62 below it. Two ids share a number once in 2**64 pairs.
    """
    bits = (event_id.int >> 64 & 0b11) << 62 | event_id.int & 0x3FFF_FFFF_FFFF_FFFF
    return bits - (bits >> 63 << 64)
