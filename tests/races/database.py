"""The database of a test, for the processes it starts."""

from __future__ import annotations

from urllib.parse import quote

from django.db import connection


def url() -> str:
    """Name this test's database."""
    settings = connection.settings_dict
    query = f"host={quote(settings['HOST'], safe='')}&port={settings['PORT']}"
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?{query}"
