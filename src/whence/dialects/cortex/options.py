"""What an operator, or the maker of a token, may decide about this dialect: nothing yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options in force."""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """The options, from the operator's text.

        Raises:
            ValueError: an option is unknown; the text names it.
        """
        if given:
            raise ValueError(f"cortex: there is no option {min(given)}")
        return cls()
