"""What every page knows: the menu, the person's look, the languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from steward.interfaces.console import navigation
from steward.interfaces.console.access import actor_of
from steward.interfaces.console.parts import asked_parts
from steward.kernel import moment, parameters
from steward.modules.desk.queries import calls
from steward.modules.messaging.queries import notices

HOUSE_NAME = parameters.define(
    "console.house_name", "", unit="", label=gettext_lazy("Name of the house in the top bar"), kind="text"
)
LANGUAGE_LETTERS = (("zh-hans", "中"), ("zh-hant", "繁"), ("en", "EN"))
THEMES = ("auto", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame of the console; what shows parts of a page anew has its frame already."""
    actor = actor_of(request)
    locale = get_language() or settings.LANGUAGE_CODE
    theme = getattr(request.user, "theme", "") if actor else request.COOKIES.get("theme", "")
    takes_calls = bool(actor and actor.staff_id and actor.may("tickets.work"))
    mine = {
        "actor": actor,
        "locale": locale,
        "takes_calls": takes_calls,
        "my_calls": calls.calls_for(actor.staff_id or 0, now=moment.now()) if actor and takes_calls else [],
        "unread_notices": notices.unread_count(actor.staff_id or 0) if actor else 0,
    }
    if asked_parts(request):
        return mine | {"frame": "console/frame/part.html"}
    return mine | {
        "menu": navigation.menu(actor, request) if actor else "",
        "house_name": parameters.value(HOUSE_NAME) or _("Steward"),
        "html_language": {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(locale, locale),
        "languages": LANGUAGE_LETTERS,
        "theme": theme if theme in THEMES else "auto",
        "shell_texts": _texts,
    }


def _texts() -> dict[str, str]:
    """Give the scripts their words, in the reader's language."""
    return {
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
        "days": _("{n} d"),
        "left": _("{t} left"),
        "late": _("{t} late"),
        "ago": _("{t} ago"),
        "close": _("Close"),
        "copied": _("Copied."),
        "live": _("Live"),
        "offline": _("Connection lost; trying again"),
        "failed": _("The server did not answer. Try again in a moment."),
        "nothing": _("Nothing found."),
        "pages": _("Pages"),
        "actions": _("Actions"),
        "results": _("Results"),
    }
