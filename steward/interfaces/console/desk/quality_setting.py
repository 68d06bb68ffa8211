"""Set quality review up: score sheets with their versions, plans of samples, and drawing one now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_numbers
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.desk.commands import quality_sampling
from steward.modules.desk.commands import quality_sheets as commands
from steward.modules.desk.queries import quality as queries
from steward.modules.desk.queries import quality_words as words
from steward.modules.desk.queries.quality_candidates import monday_of
from steward.modules.desk.rules import quality, sampling
from steward.modules.messaging.queries.words import LOCALES
from steward.modules.people import queries as people

SUPERVISE, SET_UP = "tickets.supervise", "settings.desk"
MOST_DIGITS = 3
BLANK: dict[str, Any] = {"code": "", "labels": {}, "hints": {}, "weight": 10, "critical": False}


@require_GET
@needs(SUPERVISE)
def quality_plans(request: StaffRequest) -> HttpResponse:
    """List the plans of samples, and show the form of one."""
    plans = queries.plans(week=monday_of(moment.now()))
    code = request.GET.get("code", "")
    chosen = next((one for one in plans if one.code == code), None)
    reviewers = people.staff_contact(people.staff_with_permission(SUPERVISE))
    sheets = queries.sheets()
    facts = {
        "plans": [(one, [reviewers[id_].name for id_ in one.reviewers if id_ in reviewers]) for one in plans],
        "chosen": chosen,
        "is_new": code == "new",
        "sheets": sheets,
        "sheet_labels": {one.code: one.label for one in sheets},
        "modes": words.MODES,
        "risks": [(risk, words.WHY[risk], chosen.weights.get(risk, 0) if chosen else 2) for risk in sampling.RISKS],
        "teams": people.teams(),
        "team_names": {one.code: one.name for one in people.teams()},
        "reviewers": sorted(reviewers.values(), key=lambda one: one.name),
        "most_weight": sampling.MOST_WEIGHT,
    }
    return render(request, "console/desk/quality_plans.html", facts)


@require_POST
@needs(SUPERVISE)
def quality_plan_save(request: StaffRequest) -> HttpResponse:
    """Keep a plan."""
    form = request.POST
    draft = commands.PlanDraft(
        code=typed(request, "code", 30),
        name=typed(request, "name", 80),
        sheet=typed(request, "sheet", 30),
        mode=typed(request, "mode", 8),
        amount=_whole(form, "amount"),
        weights={risk: _whole(form, f"weight-{risk}") for risk in sampling.RISKS},
        team=typed(request, "team", 50),
        reviewers=row_numbers(form.getlist("reviewer")),
        weekly=form.get("weekly") == "1",
        active=form.get("active") == "1",
    )
    commands.save_plan(request.actor, draft=draft, now=moment.now())
    return say(request, _("Saved."), to=reverse("quality_plans"))


def _whole(form: QueryDict, name: str) -> int:
    """Read a whole number; what is none is −1, which nothing can be."""
    text = form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else -1


@require_POST
@needs(SUPERVISE)
def quality_draw(request: StaffRequest, plan_id: int) -> HttpResponse:
    """Draw a sample now, of this week or the last one."""
    now = moment.now()
    week = monday_of(now) - timedelta(days=7 if request.POST.get("week") == "last" else 0)
    count = quality_sampling.draw_sample(request.actor, plan_id=plan_id, week=week, now=now)
    text = ngettext("%(count)s conversation was drawn.", "%(count)s conversations were drawn.", count)
    if not count:
        return say(request, _("Everybody's share of that week is drawn already."), tone="info")
    return say(request, text % {"count": count}, to=reverse("quality_reviews") + "?queue=open")


@require_GET
@needs(SET_UP)
def score_sheets(request: StaffRequest) -> HttpResponse:
    """List the score sheets in force."""
    return render(request, "console/desk/score_sheets.html", {"rows": queries.sheets()})


@require_GET
@needs(SET_UP)
def score_sheet(request: StaffRequest, code: str) -> HttpResponse:
    """Show one sheet to be changed; “new” begins one."""
    if code == "new":
        draft = {"code": "", "labels": {}, "criteria": [BLANK], "most": 4, "pass_percent": 80}
        return _page(request, draft, [])
    history = queries.sheet_history(code)
    if not history:
        raise errors.NotFound(key=code)
    last = history[0]
    draft = {name: getattr(last, name) for name in ("code", "labels", "criteria", "most", "pass_percent")}
    return _page(request, draft, history)


def _page(
    request: StaffRequest, draft: dict[str, Any], history: list[queries.SheetView], *, status: int = 200
) -> HttpResponse:
    facts = {
        "draft": draft,
        "criteria": list(enumerate(draft["criteria"])),
        "tongues": [(language, LOCALES[language]) for language in quality.LANGUAGES],
        "total": sum(max(one["weight"], 0) for one in draft["criteria"]),
        "history": history,
        "names": people.actor_names({one.set_by for one in history}),
    }
    return render(request, "console/desk/score_sheet.html", facts, status=status)


@require_POST
@needs(SET_UP)
def score_sheet_save(request: StaffRequest) -> HttpResponse:
    """Save a sheet, or change the form: a criterion more or less, earlier or later."""
    draft = _read(request.POST)
    act, _dash, place = request.POST.get("act", "save").partition("-")
    history = queries.sheet_history(draft["code"])
    if act != "save":
        _rearrange(draft["criteria"], act, int(place) if place.isdecimal() and len(place) <= MOST_DIGITS else -1)
        return _page(request, draft, history)
    wish = commands.SheetDraft(**draft)
    try:
        commands.save_sheet(request.actor, draft=wish, reason=typed(request, "reason"), now=moment.now())
    except errors.Refusal as refusal:
        say(request, str(refusal), tone="danger")
        return _page(request, draft, history, status=refusal.status)
    say(request, _("Saved. Reviews that begin now are made by it; those under way keep theirs."))
    return redirect("score_sheet", draft["code"])


def _read(form: QueryDict) -> dict[str, Any]:
    """Read the form: one group of fields for each criterion, in their order."""
    count = min(max(_whole(form, "count"), 0), quality.MOST_CRITERIA)
    return {
        "code": form.get("code", "").strip()[:30],
        "labels": {language: form.get(f"label-{language}", "").strip()[:80] for language in quality.LANGUAGES},
        "criteria": [_criterion(form, place) for place in range(count)],
        "most": _whole(form, "most"),
        "pass_percent": _whole(form, "pass_percent"),
    }


def _criterion(form: QueryDict, place: int) -> dict[str, Any]:
    name = f"criterion-{place}-"
    return {
        "code": form.get(f"{name}code", "").strip()[:30],
        "labels": {one: form.get(f"{name}label-{one}", "").strip()[:80] for one in quality.LANGUAGES},
        "hints": {one: form.get(f"{name}hint-{one}", "").strip()[:200] for one in quality.LANGUAGES},
        "weight": _whole(form, f"{name}weight"),
        "critical": form.get(f"{name}critical") == "1",
    }


def _rearrange(criteria: list[dict[str, Any]], act: str, place: int) -> None:
    """Change the order and the number of criteria as a button of the form says."""
    if act == "add" and len(criteria) < quality.MOST_CRITERIA:
        criteria.append(BLANK)
    elif act == "remove" and 0 <= place < len(criteria) > 1:
        criteria.pop(place)
    elif act == "up" and 0 < place < len(criteria):
        criteria[place - 1], criteria[place] = criteria[place], criteria[place - 1]


@require_POST
@needs(SET_UP)
def score_sheet_retire(request: StaffRequest, code: str) -> HttpResponse:
    """Take a sheet out of force."""
    commands.retire_sheet(request.actor, code=code, reason=typed(request, "reason"))
    return say(request, _("Out of force. Reviews that began by it are finished by it."), to=reverse("score_sheets"))
