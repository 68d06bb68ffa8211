"""Recognise buyers, show and erase their data."""
