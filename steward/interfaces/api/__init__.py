"""The JSON API under /api/v1/: programs come in here."""
