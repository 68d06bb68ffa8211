"""Settings: the standard answers of the desk, in three languages, and what is done with them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import standard_answers
from steward.modules.desk.commands.standard_answers import LONGEST_BODY, LONGEST_TITLE, MacroDraft
from steward.modules.desk.queries import standard_answers as queries
from steward.modules.desk.queries import words
from steward.modules.desk.rules.standard_answers import LANGUAGES, THENS, VARIABLES
from steward.modules.people import queries as people

LANGUAGE_NAMES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}
VARIABLE_WORDS = {
    "ticket_number": gettext_lazy("number of the ticket"),
    "order_number": gettext_lazy("number of the order"),
    "carrier": gettext_lazy("name of the carrier"),
    "tracking_number": gettext_lazy("number of the parcel"),
    "expected_date": gettext_lazy("day it should arrive"),
    "agent_name": gettext_lazy("name of whoever answers"),
    "house": gettext_lazy("name of the house"),
}


@require_GET
@needs("settings.desk")
def desk_macros(request: StaffRequest) -> HttpResponse:
    """List the standard answers, and show the form of one."""
    found = queries.macros(with_former=True)
    code = request.GET.get("code", "")
    chosen = next((one for one in found if one.code == code), None)
    facts = {
        "rows": [(row, "、".join(LANGUAGE_NAMES.get(code, code) for code in row.bodies)) for row in found],
        "chosen": chosen,
        "texts": [(language, LANGUAGE_NAMES[language], *_texts(chosen, language)) for language in LANGUAGES],
        "is_new": code == "new",
        "categories": words.CATEGORIES,
        "thens": [(verb, words.VERBS.get(verb, "")) for verb in THENS if verb],
        "verbs": words.VERBS,
        "teams": people.teams(),
        "variables": [(f"{{{{{name}}}}}", VARIABLE_WORDS[name]) for name in VARIABLES],
        "longest_title": LONGEST_TITLE,
        "longest_body": LONGEST_BODY,
    }
    return render(request, "console/desk/macros.html", facts)


def _texts(chosen: queries.MacroView | None, language: str) -> tuple[str, str]:
    return (chosen.titles.get(language, ""), chosen.bodies.get(language, "")) if chosen else ("", "")


@require_POST
@needs("settings.desk")
def desk_macro_save(request: StaffRequest) -> HttpResponse:
    """Keep a standard answer."""
    tags = typed(request, "tags").replace("，", ",").split(",")
    draft = MacroDraft(
        code=typed(request, "code", 40).lower(),
        titles={one: typed(request, f"title-{one}", LONGEST_TITLE) for one in LANGUAGES},
        bodies={one: typed(request, f"body-{one}", LONGEST_BODY) for one in LANGUAGES},
        category=typed(request, "category", 40),
        tags=tuple(tag.strip() for tag in tags if tag.strip()),
        then=typed(request, "then", 20),
        teams=tuple(request.POST.getlist("team")),
    )
    standard_answers.save_macro(request.actor, draft=draft, now=moment.now())
    return say(request, _("Saved."), to=f"{reverse('desk_macros')}?code={draft.code}")


@require_POST
@needs("settings.desk")
def desk_macro_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Put a standard answer away."""
    standard_answers.retire_macro(request.actor, code=code, now=moment.now())
    return say(request, _("It is put away. Saving it again brings it back."), to=reverse("desk_macros"))
