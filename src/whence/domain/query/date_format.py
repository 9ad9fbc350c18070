"""How a group key says a time: a part of it as a number, or a text by a strftime pattern, in UTC."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from whence.domain.query.refusal import BadQuery

_MOST_CHARACTERS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOON: Final = 12  # hours
# In English, as PostgreSQL writes them: `strftime` would go by the locale of the process.
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Unit(IntEnum):
    """What a format looks at, from coarse to fine."""

    NOTHING = 0
    YEAR = 1
    MONTH = 2
    DAY = 3
    HOUR = 4
    MINUTE = 5
    SECOND = 6
    MILLISECOND = 7


class Directive(StrEnum):
    """What stands behind `%`."""

    YEAR = "Y"
    YEAR_OF_CENTURY = "y"
    MONTH = "m"
    MONTH_NAME = "B"
    MONTH_SHORT = "b"
    DAY = "d"
    HOUR = "H"
    HOUR_OF_HALF = "I"
    HALF = "p"
    MINUTE = "M"
    SECOND = "S"
    MILLISECOND = "L"
    MICROSECOND = "f"
    EPOCH = "s"
    DAY_OF_YEAR = "j"
    DAY_OF_WEEK = "u"
    DAY_FROM_SUNDAY = "w"
    DAY_NAME = "A"
    DAY_SHORT = "a"
    WEEK_FROM_SUNDAY = "U"
    ISO_WEEK = "V"
    ISO_YEAR = "G"
    ZONE = "z"
    ZONE_MINUTES = "Z"


class Part(StrEnum):
    """What is a number by itself."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_UNITS: Final[dict[Directive, Unit]] = {
    Directive.YEAR: Unit.YEAR,
    Directive.YEAR_OF_CENTURY: Unit.YEAR,
    Directive.MONTH: Unit.MONTH,
    Directive.MONTH_NAME: Unit.MONTH,
    Directive.MONTH_SHORT: Unit.MONTH,
    Directive.DAY: Unit.DAY,
    Directive.HOUR: Unit.HOUR,
    Directive.HOUR_OF_HALF: Unit.HOUR,
    Directive.HALF: Unit.HOUR,
    Directive.MINUTE: Unit.MINUTE,
    Directive.SECOND: Unit.SECOND,
    Directive.MILLISECOND: Unit.MILLISECOND,
    Directive.MICROSECOND: Unit.MILLISECOND,
    Directive.EPOCH: Unit.SECOND,
    Directive.DAY_OF_YEAR: Unit.DAY,
    Directive.DAY_OF_WEEK: Unit.DAY,
    Directive.DAY_FROM_SUNDAY: Unit.DAY,
    Directive.DAY_NAME: Unit.DAY,
    Directive.DAY_SHORT: Unit.DAY,
    Directive.WEEK_FROM_SUNDAY: Unit.DAY,
    Directive.ISO_WEEK: Unit.DAY,
    Directive.ISO_YEAR: Unit.DAY,
    Directive.ZONE: Unit.NOTHING,
    Directive.ZONE_MINUTES: Unit.NOTHING,
}
_DAYS: Final = (
    frozenset({Directive.YEAR, Directive.MONTH, Directive.DAY}),
    frozenset({Directive.YEAR, Directive.DAY_OF_YEAR}),
    frozenset({Directive.ISO_YEAR, Directive.ISO_WEEK, Directive.DAY_OF_WEEK}),
)
_CLOCK: Final = (Directive.HOUR, Directive.MINUTE, Directive.SECOND, Directive.MILLISECOND)
_WRITTEN: Final[dict[Directive, Callable[[datetime], str]]] = {
    Directive.YEAR: lambda at: f"{at.year:04}",
    Directive.YEAR_OF_CENTURY: lambda at: f"{at.year % 100:02}",
    Directive.MONTH: lambda at: f"{at.month:02}",
    Directive.MONTH_NAME: lambda at: _MONTHS[at.month - 1],
    Directive.MONTH_SHORT: lambda at: _MONTHS[at.month - 1][:3],
    Directive.DAY: lambda at: f"{at.day:02}",
    Directive.HOUR: lambda at: f"{at.hour:02}",
    Directive.HOUR_OF_HALF: lambda at: f"{(at.hour + 11) % 12 + 1:02}",
    Directive.HALF: lambda at: "AM" if at.hour < _NOON else "PM",
    Directive.MINUTE: lambda at: f"{at.minute:02}",
    Directive.SECOND: lambda at: f"{at.second:02}",
    Directive.MILLISECOND: lambda at: f"{at.microsecond // 1000:03}",
    Directive.MICROSECOND: lambda at: f"{at.microsecond:06}",
    Directive.EPOCH: lambda at: str((at - _EPOCH) // timedelta(seconds=1)),
    Directive.DAY_OF_YEAR: lambda at: f"{at.timetuple().tm_yday:03}",
    Directive.DAY_OF_WEEK: lambda at: str(at.isoweekday()),
    Directive.DAY_FROM_SUNDAY: lambda at: str(at.isoweekday() % 7),
    Directive.DAY_NAME: lambda at: _DAY_NAMES[at.weekday()],
    Directive.DAY_SHORT: lambda at: _DAY_NAMES[at.weekday()][:3],
    Directive.WEEK_FROM_SUNDAY: lambda at: f"{(at.timetuple().tm_yday + 6 - at.isoweekday() % 7) // 7:02}",
    Directive.ISO_WEEK: lambda at: f"{at.isocalendar().week:02}",
    Directive.ISO_YEAR: lambda at: f"{at.isocalendar().year:04}",
    Directive.ZONE: lambda _: "+0000",
    Directive.ZONE_MINUTES: lambda _: "+0",
}


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The part, or what the pattern consists of: directives, and the texts between them."""

    part: Part | None = None
    pieces: tuple[Directive | str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "DateFormat":
        """The format that the text means.

        Raises:
            BadQuery: an unknown directive, or far too long.
        """
        if text in tuple(Part):
            return cls(part=Part(text))
        if len(text) > _MOST_CHARACTERS:
            raise BadQuery(f"Date format is longer than {_MOST_CHARACTERS} characters.")
        first, *others = text.split("%")
        pieces: list[Directive | str] = [first]
        after_percent = iter(others)
        for piece in after_percent:
            if piece[:1] in tuple(Directive):
                pieces += [Directive(piece[0]), piece[1:]]
            elif not piece and (escaped := next(after_percent, None)) is not None:
                pieces += ["%", escaped]
            else:
                raise BadQuery(f"Date format directive is not supported. (directive = %{piece[:1]})")
        return cls(pieces=tuple(piece for piece in pieces if piece))

    @property
    def directives(self) -> frozenset[Directive]:
        """Those that it has."""
        return frozenset(piece for piece in self.pieces if isinstance(piece, Directive))

    @property
    def unit(self) -> Unit:
        """The finest that it looks at."""
        if self.part is not None:
            return Unit[self.part.name]
        return max((_UNITS[directive] for directive in self.directives), default=Unit.NOTHING)

    @property
    def tells_apart(self) -> bool:
        """Whether any two times that differ in its unit are written differently."""
        if self.part is not None:
            return self.part is Part.YEAR
        has = self.directives
        if self.unit is Unit.NOTHING:
            return True
        if self.unit <= Unit.MONTH:
            return Directive.YEAR in has
        return any(day <= has for day in _DAYS) and has.issuperset(_CLOCK[: self.unit - Unit.DAY])

    def write(self, at: datetime) -> str | int:
        """The time in this format."""
        at = at.astimezone(UTC)
        if self.part is not None:
            return {Part.YEAR: at.year, Part.MONTH: at.month, Part.DAY: at.day}[self.part]
        return "".join(_WRITTEN[piece](at) if isinstance(piece, Directive) else piece for piece in self.pieces)
