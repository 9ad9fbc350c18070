"""Whence answers "what changed, and what did it break?"."""

import os

__version__ = "0.1.0"

# Before anything imports gRPC. What it does in a forked child by default kills one in forty of the children that become
# PostgreSQL, as those that run under another account are really forked.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
