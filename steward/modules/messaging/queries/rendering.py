"""Put texts and facts together, for sending, for the bell and for previews alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.messaging.models import Template
from steward.modules.messaging.rules import layout, placeholders, readers, values
from steward.modules.messaging.rules.catalogue import KINDS, Kind

HOUSE = parameters.define(
    "messaging.house_name", "Steward", unit="", label=gettext_lazy("Name the house signs messages with"), kind="text"
)
LANGUAGE_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


class Text(Struct, frozen=True):
    """The version of a text that counts; `approved_code` is the carrier's, where it has approved this version."""

    version: int
    subject: str
    body: str
    approved_code: str = ""


class Rendered(Struct, frozen=True):
    """A message as somebody reads it; `html` is empty where plain text is all there is.

    `values` are what the body names, written out, in the order it names them.
    """

    subject: str
    body: str
    html: str = ""
    values: dict[str, str] = {}


Texts = Mapping[tuple[str, str, str], Text]


def texts(codes: Collection[str]) -> Texts:
    """Load the newest version of every text of some kinds by (kind, channel, locale)."""
    rows = (
        Template.objects.filter(code__in=codes)
        .order_by("code", "channel", "locale", "-version")
        .distinct("code", "channel", "locale")
        .values_list("code", "channel", "locale", "version", "subject", "body")
    )
    return {
        (code, channel, locale): Text(version, subject, body) for code, channel, locale, version, subject, body in rows
    }


def text_version(code: str, channel: str, locale: str, version: int) -> Text | None:
    """Load one version of a text, as it was when a message was sent."""
    row = Template.objects.filter(code=code, channel=channel, locale=locale, version=version).first()
    return Text(row.version, row.subject, row.body) if row else None


def house_name() -> str:
    """Return the name messages are signed with."""
    return str(parameters.value(HOUSE)) or "Steward"


def rendered(
    kind: Kind, text: Text, params: Mapping[str, Any], *, name: str, link: str, locale: str, time_zone: str
) -> Rendered:
    """Put the values in. Raises: KeyError where a text names what was not handed over."""
    known = values.written_all(kind, params, locale=locale, zone=ZoneInfo(time_zone))
    known |= {"name": readers.addressed(name, locale), "house": house_name(), "link": link}
    body = placeholders.filled(text.body, known)
    return Rendered(
        placeholders.filled(text.subject, known),
        body,
        values={name: known[name] for name in placeholders.named(text.body)},
    )


def as_mail(plain: Rendered, *, locale: str, preferences_url: str = "") -> Rendered:
    """Complete an e-mail: what it says at its foot, and the same as HTML."""
    house = house_name()
    with override(locale):
        foot = _("You get this because you ordered from %(house)s.") % {"house": house} if preferences_url else ""
        if preferences_url:
            foot += "\n" + _("Choose what you hear from us: %(url)s") % {"url": preferences_url}
    page = layout.html_page(plain.body, title=plain.subject, house=house, language=LANGUAGE_TAGS[locale], footer=foot)
    body = f"{plain.body}\n\n--\n{foot}" if foot else plain.body
    return Rendered(plain.subject, body, page)


def preview(code: str, channel: str, locale: str, *, subject: str, body: str, name: str = "梅子") -> Rendered:
    """Show a text on sample facts. Raises: KeyError for an unknown placeholder."""
    kind = KINDS[code]
    params = {one.name: one.sample for one in kind.placeholders}
    link = f"{settings.PUBLIC_URL}/p/…"
    plain = rendered(
        kind, Text(0, subject, body), params, name=name, link=link, locale=locale, time_zone=settings.TIME_ZONE
    )
    return as_mail(plain, locale=locale, preferences_url=link) if channel == "email" else plain
