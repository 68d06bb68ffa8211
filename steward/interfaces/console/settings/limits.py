"""Time limits: the policies by subject, their versions, and the editor with its live preview."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.settings import policy_form
from steward.kernel import errors, moment
from steward.kernel.calendar import NoWorkingTime
from steward.modules.deadlines import commands, queries, rules
from steward.modules.deadlines.queries import words
from steward.modules.people import queries as people

CHANGE = "settings.policies"
FRIDAY, HOUR, MINUTE = 4, 17, 50
CLOCKS = words.CLOCKS
CUSTOMER = pgettext_lazy("role", "Customer")


@require_GET
@needs(CHANGE)
def time_limits(request: StaffRequest) -> HttpResponse:
    """List the policies in force by subject, each with a field to change its time."""
    found = queries.active_policies()
    roles, calendars = _roles(), {one.code: one.name for one in people.calendar_list()}
    groups = [
        {"subject": words.SUBJECTS.get(subject, subject), "rows": [_row(one, roles, calendars) for one in group]}
        for subject, group in groupby(found, key=lambda one: one.subject_kind)
    ]
    names = people.actor_names(one.set_by for one in found)
    facts = {"groups": groups, "names": names, "units": _units()}
    return render(request, "console/settings/limits.html", facts)


def _row(policy: queries.PolicyView, roles: dict[str, Any], calendars: dict[str, str]) -> dict[str, Any]:
    amount, unit = policy_form.in_largest_unit(policy.target_s)
    return {
        "policy": policy,
        "label": CLOCKS.get(policy.clock_kind, policy.clock_kind),
        "condition": policy_form.sentence(policy.condition, words.OPS),
        "calendar": _hours_of(policy, calendars),
        "role": roles.get(policy.responsible_role, policy.responsible_role),
        "amount": amount,
        "unit": unit,
    }


def _hours_of(policy: queries.PolicyView, calendars: dict[str, str]) -> str:
    name = calendars.get(policy.calendar, policy.calendar)
    return _("the owner's team's, else %(calendar)s") % {"calendar": name} if policy.team_calendar else name


@require_POST
@needs(CHANGE)
def time_limit_change(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Put another limit in force."""
    target_s = policy_form.seconds(request.POST.get("amount", ""), request.POST.get("unit", ""))
    commands.set_time_limit(request.actor, policy_id=policy_id, target_s=target_s, reason=_reason(request))
    messages.success(request, _("Saved. What runs is computed anew."))
    return redirect("time_limits")


@needs(CHANGE)
def policy(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Show one version of a policy, and change the one in force."""
    found = queries.find_policy(policy_id)
    if found is None:
        raise errors.NotFound(key=policy_id)
    if request.method == "POST":
        draft = policy_form.draft_from(request.POST)
        new_id = commands.set_policy(request.actor, policy_id=policy_id, draft=draft, reason=_reason(request))
        messages.success(request, _("Saved. What runs is computed anew."))
        return redirect("policy", policy_id=new_id)
    versions = queries.policy_history(found)
    facts = _editor(commands.draft_of(found)) | {
        "policy": found,
        "title": CLOCKS.get(found.clock_kind, found.clock_kind),
        "versions": versions,
        "names": people.actor_names(one.set_by for one in versions),
    }
    return render(request, "console/settings/policy.html", facts)


@needs(CHANGE)
def policy_new(request: StaffRequest) -> HttpResponse:
    """Add a line beside those there are, for the same limit under another condition."""
    kind = request.POST.get("kind", "") or request.GET.get("kind", "")
    subject, _colon, clock = kind.partition(":")
    if request.method == "POST":
        draft = policy_form.draft_from(request.POST)
        new_id = commands.add_policy(
            request.actor,
            subject_kind=subject,
            clock_kind=clock,
            code=request.POST.get("code", "").strip(),
            draft=draft,
            reason=_reason(request),
        )
        messages.success(request, _("Saved. What runs is computed anew."))
        return redirect("policy", policy_id=new_id)
    empty = commands.PolicyDraft(target_s=3_600, responsible_role="customer_service", rank=50)
    kinds = [
        (f"{one.subject_kind}:{one.clock_kind}", words.SUBJECTS.get(one.subject_kind), CLOCKS.get(one.clock_kind))
        for one in queries.active_policies()
    ]
    facts = _editor(empty) | {"policy": None, "kinds": list(dict.fromkeys(kinds)), "kind": kind}
    return render(request, "console/settings/policy.html", facts)


@require_POST
@needs(CHANGE)
def policy_retire(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Take a policy out of force."""
    commands.retire_policy(request.actor, policy_id=policy_id, reason=_reason(request))
    messages.success(request, _("This policy counts no more. What ran under it is computed anew."))
    return redirect("time_limits")


@require_POST
@needs(CHANGE)
def policy_preview(request: StaffRequest) -> HttpResponse:
    """Say when something that arrives at an instant would be due, and what happens around it."""
    draft = policy_form.draft_from(request.POST)
    try:
        commands.check_draft(draft)
        preview = queries.due_preview(
            target_s=draft.target_s,
            calendar=draft.calendar,
            warnings=draft.warnings,
            ladder=draft.ladder,
            started_at=_arrival(request.POST.get("arrives", "")),
        )
    except (errors.Refusal, rules.BadLadder) as refusal:
        return render(request, "console/settings/_policy_preview.html", {"refusal": refusal})
    except NoWorkingTime:
        return render(request, "console/settings/_policy_preview.html", {"refusal": _("This calendar never opens.")})
    rows = [
        {"at": step.at, "what": words.HAPPENED[step.kind], "verb": words.VERBS.get(step.verb, ""), "whom": step.whom}
        for step in preview.steps
    ]
    teams = queries.due_by_team(target_s=draft.target_s, started_at=preview.started_at) if draft.team_calendar else []
    facts = {"preview": preview, "rows": rows, "roles": _roles(), "draft": draft, "teams": teams}
    return render(request, "console/settings/_policy_preview.html", facts)


def _hours() -> list[tuple[str, str]]:
    """List the calendars to choose from by code, each with the teams that keep it."""
    uses = people.calendar_uses()
    return [
        (one.code, f"{one.name} · {', '.join(uses[one.code])}" if one.code in uses else one.name)
        for one in people.calendar_list()
    ]


def _editor(draft: commands.PolicyDraft) -> dict[str, Any]:
    return {
        "typed": policy_form.typed(draft),
        "units": _units(),
        "ops": words.OPS,
        "verbs": words.VERBS,
        "roles": _roles(),
        "calendars": _hours(),
        "arrives": _next_friday().strftime("%Y-%m-%dT%H:%M"),
    }


def _units() -> dict[str, str]:
    return {"s": _("seconds"), "min": _("minutes"), "h": _("hours"), "d": _("days")}


def _roles() -> dict[str, Any]:
    return people.role_labels() | {"customer": CUSTOMER}


def _reason(request: StaffRequest) -> str:
    return request.POST.get("reason", "").strip()[:400]


def _next_friday() -> datetime:
    local = timezone.localtime(moment.now())
    friday = local + timedelta(days=(FRIDAY - local.weekday()) % 7)
    return friday.replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0)


def _arrival(text: str) -> datetime:
    """Read the instant of the preview in the person's zone; what is none is next Friday, ten to six."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return _next_friday()
    return typed if timezone.is_aware(typed) else timezone.make_aware(typed)
