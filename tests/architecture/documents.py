"""Write the pages that say what the code says: docs/settings.md and docs/events.md.

`python -m tests.architecture.documents` writes both; a test compares them with the code.
"""

from __future__ import annotations

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
django.setup()

from steward.settings import ENVIRONMENT, ROOT  # noqa: E402  (event classes need Django set up)
from tests.architecture import events  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"

SETTINGS_HEAD = """# Settings

Steward is set up through its environment and nothing else. A value that does not fit stops the start with a
sentence that names the setting. A secret `NAME` may also be given as the file `NAME_FILE`. Business numbers
(limits, windows, weights) are no settings: managers change them in the console.

This page is written from the code (`python -m tests.architecture.documents`), and a test compares the two.

| Setting | Default | Meaning |
|---|---|---|
"""

EVENTS_HEAD = """# Events

What the parts of Steward announce. An event is recorded in the same transaction as the change it tells of; who hears
it stands in `steward/subscriptions.py`. On the wire and in the log it goes by its kind. Every event also carries
`simulated`, true for drills, practice and past orders.

This page is written from the event classes (`python -m tests.architecture.documents`), and a test compares the two.
"""


def settings_page() -> str:
    """Describe every setting the program reads."""

    def shown(default: str) -> str:
        text = default.replace(str(ROOT), ".")
        return f"`{text}`" if text and " " not in text else text or "none"

    rows = sorted(ENVIRONMENT.known.values(), key=lambda setting: (setting.name.startswith("STEWARD_"), setting.name))
    return SETTINGS_HEAD + "".join(f"| `{row.name}` | {shown(row.default)} | {row.meaning} |\n" for row in rows)


def events_page() -> str:
    """Describe every event by module."""
    text, module = EVENTS_HEAD, ""
    for event in events.classes():
        if event.KIND.split(".")[0] != module:
            module = event.KIND.split(".")[0]
            text += f"\n## {module}\n\n| Kind | Class | About | Carries | Meaning |\n|---|---|---|---|---|\n"
        carried = [f"`{name}`" for name in event.__struct_fields__ if name not in {"simulated", f"{event.SUBJECT}_id"}]
        meaning = " ".join((event.__doc__ or "").split("\n\n")[0].split())
        text += f"| `{event.KIND}` | {event.__name__} | {event.SUBJECT} | {', '.join(carried) or '–'} | {meaning} |\n"
    return text


def write() -> None:
    """Write both pages."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "events.md").write_text(events_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
