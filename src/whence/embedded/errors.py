"""What goes wrong before there is a database to speak to."""


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be had. The text tells the operator why, with what its log says."""
