"""The parameters of a query, read one by one; what is wrong with them is collected in the order of reading.

One that nobody asks for is never looked at.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Self
from urllib.parse import parse_qsl

from starlette.requests import Request

from whence.dialects.cortex import dates
from whence.dialects.cortex.fields import no_date
from whence.dialects.request import query_faults, text_faults
from whence.domain.errors import Invalid, Violation

_TRUTH: Final = {"true": True, "false": False}
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")  # the vendor's are of 32 bits


class Query:
    """The values of each parameter."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values
        self._faults: list[Violation] = []

    @classmethod
    def of(cls, request: Request) -> Self:
        """The query of a request.

        Raises:
            Invalid: a parameter is no UTF-8.
        """
        raw: bytes = request.scope["query_string"]
        if faults := query_faults(raw):
            raise Invalid(faults)
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True):
            values.setdefault(name, []).append(value)
        return cls(values)

    def several(self, name: str) -> tuple[str, ...]:
        """Every value that is not empty."""
        values = tuple(filter(None, self._values.get(name, ())))
        if fault := next(filter(None, map(text_faults, values)), None):
            self.fault(name, fault)
        return values

    def listed(self, name: str) -> tuple[str, ...]:
        """Every value that is not empty, given apart or joined by commas; blanks around it are none of it."""
        return tuple(filter(None, (part.strip() for value in self.several(name) for part in value.split(","))))

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        """Whether it is `true`, in whatever case; `otherwise` where it is not given, or empty."""
        text = self.one(name)
        if not text:
            return otherwise
        if (said := _TRUTH.get(text.lower())) is None:
            self.fault(name, "must be true or false")
        return bool(said)

    def one(self, name: str) -> str | None:
        """The value, if there is one."""
        values = self._values.get(name, ())
        if len(values) > 1:
            self.fault(name, "must be given once")
            return None
        return values[0] if values else None

    def text(self, name: str) -> str | None:
        """The value, if there is one that is not empty, as a name of something."""
        text = self.one(name) or None
        if text is not None and (fault := text_faults(text)):
            self.fault(name, fault)
        return text

    def required_text(self, name: str) -> str:
        """The value, which must be there and not be empty, as a name of something."""
        text = self.text(name)
        if text is None and not any(fault.path == name for fault in self._faults):
            self.fault(name, "is required")
        return text or ""

    def instant(self, name: str) -> datetime | None:
        """The time, in any of the forms of `dates`, if there is one."""
        if (text := self.one(name)) is None:
            return None
        try:
            return dates.instant(text)
        except ValueError:
            self.fault(name, no_date(text))
            return None

    def whole(self, name: str) -> int | None:
        """The whole number, if there is one."""
        if (text := self.one(name)) is None:
            return None
        if _WHOLE.fullmatch(text):
            return int(text)
        self.fault(name, "must be an integer")
        return None

    def unread(self, name: str) -> None:
        """The call does not narrow by the parameter, so who gives it means less than would be done."""
        if name in self._values:
            self.fault(name, "is not read by this call")

    def fault(self, name: str, message: str) -> None:
        """Something is wrong with the parameter."""
        self._faults.append(Violation(path=name, message=message))

    def settle(self) -> None:
        """Return when nothing was wrong.

        Raises:
            Invalid: with everything that was.
        """
        if self._faults:
            raise Invalid(self._faults)
