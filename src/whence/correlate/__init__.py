"""Decisions about alerts. Pure: values in, values out; no SQL, no clock, no await."""
