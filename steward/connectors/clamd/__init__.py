"""Look for viruses with ClamAV's daemon, as the STEWARD_CLAMD setting says; without it only the test virus is known."""

from __future__ import annotations

from django.conf import settings

from steward.connectors import development
from steward.connectors.clamd.daemon import ClamdScanner
from steward.modules.messaging.ports import Scanner


def scanner() -> Scanner:
    """Return what looks for viruses here."""
    return ClamdScanner(settings.CLAMD) if settings.CLAMD else development.scanner()
