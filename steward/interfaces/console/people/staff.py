"""Staff: who works here, with which roles; letting people in and go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_numbers
from steward.interfaces.console.people.account import LANGUAGE_NAMES
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.people import commands, queries

MANAGE = "settings.staff"


@needs(MANAGE)
def staff(request: StaffRequest) -> HttpResponse:
    """List staff; those who left only on request."""
    text, with_former = request.GET.get("q", ""), request.GET.get("former") == "on"
    people = queries.staff_list(text=text, with_former=with_former)
    return render(request, "console/people/staff.html", {"people": people, "text": text, "with_former": with_former})


@needs(MANAGE)
def staff_new(request: StaffRequest) -> HttpResponse:
    """Let somebody in."""
    if request.method != "POST":
        return _new_form(request, QueryDict(), [])
    typed = request.POST
    try:
        staff_id = commands.create_staff(
            request.actor,
            username=typed.get("username", ""),
            name=typed.get("name", ""),
            email=typed.get("email", ""),
            password=typed.get("password", ""),
            locale=typed.get("locale", "zh-hans"),
            role_codes=typed.getlist("roles"),
        )
    except BadInput as refusal:
        return _new_form(request, typed, refusal.findings)
    messages.success(request, _("%(name)s can sign in now.") % {"name": typed.get("name", "")})
    return redirect("staff_edit", staff_id)


def _new_form(request: StaffRequest, typed: QueryDict, findings: list[dict[str, Any]]) -> HttpResponse:
    facts = {
        "typed": typed,
        "ticked": typed.getlist("roles"),
        "roles": queries.roles(),
        "language_names": LANGUAGE_NAMES,
        "errors": errors_by_field(findings),
    }
    return render(request, "console/people/staff_new.html", facts, status=422 if findings else 200)


def errors_by_field(findings: list[dict[str, Any]]) -> dict[str, str]:
    """Gather the findings of one field into one text."""
    found: dict[str, str] = {}
    for finding in findings:
        found[finding["field"]] = " ".join(filter(None, (found.get(finding["field"]), finding["message"])))
    return found


@needs(MANAGE)
def staff_edit(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Show one person and change their roles."""
    if request.method == "POST":
        role_ids = row_numbers(request.POST.getlist("roles"))
        commands.set_staff_roles(request.actor, staff_id=staff_id, role_ids=role_ids)
        messages.success(request, _("Saved. It counts from their next click."))
        return redirect("staff_edit", staff_id)
    return _edit_page(request, staff_id, {})


def _edit_page(request: StaffRequest, staff_id: int, errors: dict[str, str]) -> HttpResponse:
    person = queries.staff_by_id(staff_id)
    facts = {"person": person, "roles": queries.roles(), "errors": errors, "own": staff_id == request.actor.staff_id}
    return render(request, "console/people/staff_edit.html", facts, status=422 if errors else 200)


@require_POST
@needs(MANAGE)
def staff_password(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Give somebody a new password."""
    try:
        commands.reset_password(
            request.actor,
            staff_id=staff_id,
            password=request.POST.get("password", ""),
            remove_second_factor=request.POST.get("second_factor") == "on",
        )
    except BadInput as refusal:
        return _edit_page(request, staff_id, errors_by_field(refusal.findings))
    messages.success(request, _("The new password counts from now on; all sessions of this person ended."))
    return redirect("staff_edit", staff_id)


@require_POST
@needs(MANAGE)
def staff_deactivate(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Let somebody go."""
    commands.deactivate_staff(request.actor, staff_id=staff_id, now=moment.now())
    messages.success(request, _("Deactivated: sessions ended, tokens revoked."))
    return redirect("staff_edit", staff_id)


@require_POST
@needs(MANAGE)
def staff_reactivate(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Let somebody in again."""
    commands.reactivate_staff(request.actor, staff_id=staff_id)
    messages.success(request, _("Active again, with the roles from before."))
    return redirect("staff_edit", staff_id)
