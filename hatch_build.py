"""What a package must have before it is built: the web UI, as `make web` puts it into the source.

An editable installation is a checkout, which may do without: `make setup` makes it before there is a UI.
"""

from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_INDEX: Final = Path("src", "whence", "static", "index.html")


class WebInterfaceHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]  of the builder's own settings
    """Refuses to build a wheel or a source distribution whose users would find no web UI in it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling passes it by name
        """Return when the UI is there, or the package is none for others.

        Raises:
            SystemExit: it is missing; the text says what to do.
        """
        if version != "editable" and not (Path(self.root) / _INDEX).is_file():
            raise SystemExit(f"{_INDEX} is missing: build the web UI first (make web), or build by make dist")
