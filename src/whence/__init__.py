"""Whence answers "what changed, and what did it break?"."""

__version__ = "0.1.0"
