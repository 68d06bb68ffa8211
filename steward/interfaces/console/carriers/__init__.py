"""Carriers: their file, tariffs, quotes and scorecards."""
