"""Hear what a provider reports, in the one shape django-anymail gives all of them; its own signature is checked.

A provider that signs nothing (Postmark, Brevo) is known by the user and password in the address it was told to call:
`https://anymail:KEY@…`, KEY as in `report_key`. The signal that anymail's views would send is not used.
"""

from __future__ import annotations

from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.http import HttpRequest

from steward.connectors.anymail_mail.carrier import NAME
from steward.connectors.report_key import key_of
from steward.modules.messaging.ports import DeliveryReport, ForgedReport, UnreadableReport

FINAL = {"delivered": True, "bounced": False, "rejected": False, "failed": False}
VIEWS: dict[str, Any] = {
    "mailgun": MailgunTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "brevo": BrevoTrackingWebhookView,
}
SIGNING = {"mailgun": "webhook_signing_key"}


class AnymailReports:
    """Hears one provider's reports. Satisfies the port `ReportDoor`."""

    thanks: dict[str, Any] = {}

    def __init__(self, *, provider: str, signing_key: str) -> None:
        self._provider = provider
        self._signing_key = signing_key

    def read(self, request: HttpRequest) -> list[DeliveryReport]:
        """Read the reports of a call; what is not final is left out. Raises: ForgedReport, UnreadableReport."""
        try:
            view = self._view()
            view.run_validators(request)
        except (AnymailWebhookValidationFailure, AnymailConfigurationError) as error:
            raise ForgedReport(why=str(error)) from error
        try:
            events: list[AnymailTrackingEvent] = view.parse_events(request)
        except (ValueError, KeyError, TypeError, AnymailConfigurationError) as error:
            raise UnreadableReport(why=f"{type(error).__name__} {error}") from error
        return [_report(event) for event in events if event.event_type in FINAL]

    def _view(self) -> Any:
        """Take the view that checks and reads this provider's calls; a signature where there is one, else a key.

        Raises: AnymailConfigurationError.
        """
        if self._provider not in VIEWS:
            raise AnymailConfigurationError("no provider of e-mails is set")
        if self._provider in SIGNING:
            if not self._signing_key:
                raise AnymailConfigurationError("STEWARD_MAIL_PROVIDER_REPORT_KEY is missing")
            return VIEWS[self._provider](**{SIGNING[self._provider]: self._signing_key})
        return VIEWS[self._provider](webhook_secret=f"{NAME}:{key_of(NAME)}")


def _report(event: AnymailTrackingEvent) -> DeliveryReport:
    arrived = FINAL[event.event_type]
    metadata = event.metadata or {}
    said = " ".join(str(part) for part in (event.reject_reason, event.mta_response or event.description) if part)
    return DeliveryReport(
        carrier=NAME,
        reference=str(event.message_id or ""),
        key=str(metadata.get("key", ""))[:40],
        arrived=arrived,
        detail="" if arrived else said,
    )
