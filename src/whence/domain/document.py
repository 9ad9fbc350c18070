"""What is kept beside an entity, or beside the account: any JSON, with the text that it was read from."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)  # before every moment at which something is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One value under (`owner`, `kind`, `key`), which are its name.

    `owner`: the entity that it belongs to, and goes with; None: the account. `value`: any JSON. `text`: what it was
    read from, where that is to be given back as it came. `updated_at`: when it was last stored; `NEVER` before that.
    """

    owner: str | None = None
    kind: str
    key: str
    value: object = None
    text: str | None = None
    updated_at: datetime = NEVER

    @property
    def name(self) -> tuple[str | None, str, str]:
        """What tells it from the others of its account."""
        return self.owner, self.kind, self.key
