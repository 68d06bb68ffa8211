"""The trees of types and causes, edited in place."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.modules.desk.commands import complaint_settings as commands
from steward.modules.desk.queries.complaints import causes_tree, types_tree
from steward.modules.desk.queries.words import CATEGORIES
from steward.modules.desk.rules.categories import TREE
from steward.modules.messaging.rules.catalogue import LOCALES

SET = "settings.desk"


@require_GET
@needs(SET)
def complaint_trees(request: StaffRequest) -> HttpResponse:
    """Show the types and causes, each with its form."""
    facts = {
        "trees": [
            ("type", _("Types of complaints"), types_tree(with_former=True)),
            ("cause", _("Root causes"), causes_tree(with_former=True)),
        ],
        "reasons": [
            (f"{category.code}.{reason.code}", f"{CATEGORIES[category.code]} · {reason.zh_hans}")
            for category in TREE
            for reason in category.reasons
        ],
    }
    return render(request, "console/complaints/trees.html", facts)


@require_POST
@needs(SET)
def complaint_branch_save(request: StaffRequest, tree: str) -> HttpResponse:
    """Add a type or a cause, or change it."""
    draft = commands.BranchDraft(
        code=typed(request, "code", 40),
        labels={locale: typed(request, locale, 60) for locale in LOCALES},
        parent=typed(request, "parent", 40),
        position=row_number(request.POST.get("position", "")) or 100,
        reasons=tuple(request.POST.getlist("reasons")),
        active=request.POST.get("active") == "1",
    )
    commands.save_branch(request.actor, tree=tree, draft=draft)
    return say(request, _("Saved."), to=reverse("complaint_trees"))
