"""Ids that sort by the time at which they were given."""

import os
from datetime import datetime
from uuid import UUID


def new_id(at: datetime) -> UUID:
    """A UUIDv7 of that millisecond: 74 random bits, so that no two writers need to agree. Source: RFC 9562, 5.7."""
    millis = int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    noise = int.from_bytes(os.urandom(10), "big")
    return UUID(
        int=millis << 80
        | 0x7 << 76
        | (noise >> 64 & 0xFFF) << 64
        | 0b10 << 62
        | noise & 0x3FFF_FFFF_FFFF_FFFF
    )
