"""What makes a query one that cannot be answered."""


class BadQuery(Exception):  # noqa: N818  what is bad is in the name
    """The query itself is at fault; the text says why and may be shown to the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
