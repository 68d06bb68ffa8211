"""Customers' own pages: signed in by a code, everything of theirs and nothing of anybody else's."""
