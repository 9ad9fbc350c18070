"""The members of a body, read one by one; what is wrong with them is collected in the order of reading.

A member that is null is as good as absent; one that nobody asks for is never looked at. Source: Cortex contract A4.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Self, cast

from whence.dialects.cortex import dates
from whence.domain.errors import Invalid, Violation

LATEST: Final = datetime(8999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)  # as far as a window reaches
LONGEST_QUOTED: Final = 1000  # characters of what was sent, in what we say of it


class Fields:
    """The members of one JSON object; `path` is where it stands in another one, whose `faults` its own are, too."""

    def __init__(self, sent: Mapping[str, Any], *, path: str = "", faults: list[Violation] | None = None) -> None:
        self._sent = sent
        self._path = path
        self._faults: list[Violation] = [] if faults is None else faults

    def required_text(self, name: str, *, most: int | None = None) -> str:
        """A text with more than blanks in it and at most so many characters, as it was sent."""
        text = self.text(name)
        if not (text or "").strip() and not self._is_faulty(name):
            self.fault(name, "is required")
        if most is not None and len(text or "") > most:
            self.fault(name, f"must be at most {most} characters")
        return text or ""

    def text(self, name: str) -> str | None:
        """A text, if there is one."""
        value = self._sent.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(name, "must be a string")
            return None
        if "\0" in value:
            self.fault(name, "must not hold a NUL character")
        return value

    def required_instant(self, name: str) -> datetime:
        """A time, in any of the forms of `dates`."""
        text = self.required_text(name)
        at = LATEST  # where the text is at fault; nobody sees it, as `settle` raises
        if not self._is_faulty(name):
            try:
                at = dates.instant(text)
            except ValueError:
                self.fault(name, no_date(text))
        if at > LATEST:
            self.fault(name, f"must be before the year {LATEST.year + 1}")
        return at

    def json_object(self, name: str) -> dict[str, Any] | None:
        """An object, if there is one."""
        value = self._sent.get(name)
        if value is None or isinstance(value, dict):
            return cast("dict[str, Any] | None", value)
        self.fault(name, "must be an object")
        return None

    def part(self, name: str) -> Self:
        """The members of the object, none if there is none; what is wrong with them is wrong here."""
        return type(self)(self.json_object(name) or {}, path=f"{self._path}{name}.", faults=self._faults)

    def json_list(self, name: str) -> list[Any] | None:
        """A list, if there is one."""
        value = self._sent.get(name)
        if value is None or isinstance(value, list):
            return cast("list[Any] | None", value)
        self.fault(name, "must be a list")
        return None

    def required_texts(self, name: str, *, most: int) -> list[str]:
        """A list of texts, each with more than blanks in it and at most so many characters."""
        items = self.json_list(name)
        if items is None and not self._is_faulty(name):
            self.fault(name, "is required")
        return self._texts(name, items or (), most)

    def texts(self, name: str, *, most: int) -> list[str]:
        """The same; none if there is no list."""
        return self._texts(name, self.json_list(name) or (), most)

    def flag(self, name: str, *, otherwise: bool) -> bool:
        """Whether it is true; `otherwise` where nothing is said."""
        value = self._sent.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, "must be true or false")
        return value if isinstance(value, bool) else otherwise

    def anything(self, name: str) -> object:
        """Whatever stands there, and that may be null; but something must."""
        if name not in self._sent:
            self.fault(name, "is required")
        return self._sent.get(name)

    def fault(self, name: str, message: str) -> None:
        """Something is wrong with the member."""
        self._faults.append(Violation(path=self._path + name, message=message))

    def settle(self) -> None:
        """Return when nothing was wrong.

        Raises:
            Invalid: with everything that was.
        """
        if self._faults:
            raise Invalid(self._faults)

    def _texts(self, name: str, items: Sequence[object], most: int) -> list[str]:
        each = {f"{name}[{n}]": item for n, item in enumerate(items)}
        within = type(self)(each, path=self._path, faults=self._faults)
        return [within.required_text(place, most=most) for place in each]

    def _is_faulty(self, name: str) -> bool:
        return any(fault.path == self._path + name for fault in self._faults)


def no_date(text: str) -> str:
    """What is wrong with a text that should be a date."""
    return f"is not an ISO-8601 date-time: {shown(text)}"


def shown(text: str) -> str:
    """What was sent, as far as an answer repeats it."""
    return text if len(text) <= LONGEST_QUOTED else text[:LONGEST_QUOTED] + "…"
