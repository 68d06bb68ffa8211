"""Measure what the documents claim: `python -m bench --list`, `python -m bench NAME [--json]`."""
