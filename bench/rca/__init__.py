"""Measures how well causes are ranked: labelled cases through the HTTP API, beside simple rules. See docs/causes.md."""
