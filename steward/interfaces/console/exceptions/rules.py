"""What is watched for, and what is muted: changed by a manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.settings.policy_form import UNITS_S, in_largest_unit
from steward.kernel import errors, moment
from steward.modules.orders.commands import exceptions_muting as commands
from steward.modules.orders.commands.exceptions_causes import LANGUAGES, save_cause
from steward.modules.orders.queries import exception_words as said
from steward.modules.orders.queries import exceptions as queries
from steward.modules.orders.queries import words
from steward.modules.people import queries as people

CHANGE = "orders.exception_rules"
MOST_DIGITS = 9


@require_GET
@needs(CHANGE)
def exception_rules(request: StaffRequest) -> HttpResponse:
    """Show every detector with its limits, and every mute with what it kept silent."""
    now, mutes, known = moment.now(), queries.mutes(), queries.causes(with_former=True)
    names = people.actor_names([*(mute.made_by for mute in mutes), *(one.set_by for one in queries.detectors())])
    facts = {
        "detectors": [(one, _limits(one.limits), said.WHAT_TO_DO[one.code]) for one in queries.detectors()],
        "severities": said.SEVERITIES,
        "roles": people.role_labels(),
        "units": {"min": _("minutes"), "h": _("hours"), "d": _("days")},
        "mutes": [
            (mute, _condition(mute), names.get(mute.made_by, mute.made_by), mute.ended_at is None and mute.until > now)
            for mute in mutes
        ],
        "names": names,
        "causes": known,
        "groups": {one.group: one.group_label for one in known},
    }
    return render(request, "console/exceptions/rules.html", facts)


@require_POST
@needs(CHANGE)
def exception_cause_save(request: StaffRequest) -> HttpResponse:
    """Add a cause, or change one."""
    typed = request.POST
    save_cause(
        request.actor,
        code=typed.get("code", "").strip(),
        group=typed.get("group", ""),
        labels={language: typed.get(language, "") for language in LANGUAGES},
        active=typed.get("active") == "1",
    )
    return say(request, _("Saved. What was counted before stays counted."), to=reverse("exception_rules") + "#causes")


def _limits(limits: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for name, value in limits.items():
        amount, unit = in_largest_unit(value) if name.endswith("_s") else (value, "")
        rows.append({"name": name, "label": words.word(said.LIMITS, name), "amount": amount, "unit": unit})
    return rows


def _condition(mute: queries.MuteView) -> str:
    return " · ".join(said.fact_words(str(test["fact"]), test["value"]) for test in mute.condition)


@require_POST
@needs(CHANGE)
def exception_rule_change(request: StaffRequest, code: str) -> HttpResponse:
    """Change one detector."""
    known = next((one for one in queries.detectors() if one.code == code), None)
    if known is None:
        raise errors.NotFound(key=code)
    commands.set_detector(
        request.actor,
        code=code,
        active=request.POST.get("active") == "1",
        limits={name: _number(request, name) for name in known.limits},
        severity=request.POST.get("severity", ""),
        responsible_role=request.POST.get("role", ""),
        seen_version=_whole(request.POST.get("version", "")),
        reason=request.POST.get("reason", ""),
        now=moment.now(),
    )
    return say(request, _("Saved. It counts from the next look on."), to=reverse("exception_rules"))


def _number(request: StaffRequest, name: str) -> int:
    amount = _whole(request.POST.get(name, ""))
    return amount * UNITS_S.get(request.POST.get(f"{name}-unit", ""), 0) if name.endswith("_s") else amount


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


@require_POST
@needs(CHANGE)
def exception_mute(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Mute the likes of one exception: those that share the ticked facts."""
    row, now = queries.exception_detail(exception_id).row, moment.now()
    known = queries.mutable_facts(row.facts)
    chosen = [name for name in request.POST.getlist("fact") if name in known]
    commands.mute_exceptions(
        request.actor,
        detector=row.detector,
        condition=[{"fact": name, "op": "is", "value": known[name]} for name in chosen],
        until=now + timedelta(days=_whole(request.POST.get("days", ""))),
        reason=request.POST.get("reason", ""),
        now=now,
    )
    return say(request, _("Muted. They are counted, and open when the mute ends."), to=reverse("exceptions"))


@require_POST
@needs(CHANGE)
def mute_end(request: StaffRequest, mute_id: int) -> HttpResponse:
    """End a mute before its day."""
    opened = commands.end_mute(request.actor, mute_id=mute_id, now=moment.now())
    text = ngettext("%(count)s exception opened.", "%(count)s exceptions opened.", opened) % {"count": opened}
    return say(request, text, to=reverse("exception_rules"))
