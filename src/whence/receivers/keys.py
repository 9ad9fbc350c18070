"""What tells one condition from another: keys made of a payload's own names."""

from hashlib import md5, sha256
from typing import Final

LONGEST: Final = 500  # characters of a key

_KEPT: Final = 400


def digest(*parts: str) -> str:
    """The parts in 32 hexadecimal digits: MD5, as keys that other installations made are to stay the same."""
    return md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def bounded(key: str) -> str:
    """The key; of a longer one its beginning and a digest of the whole, so that it still differs from others."""
    if len(key) <= LONGEST:
        return key
    return f"{key[:_KEPT]}-{sha256(key.encode()).hexdigest()[:32]}"
