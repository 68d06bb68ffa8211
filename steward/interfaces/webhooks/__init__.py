"""Callbacks of outside systems, each signed."""
