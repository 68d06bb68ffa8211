"""The permission matrix: what each role may do."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.toasts import toast
from steward.kernel.errors import Refusal
from steward.modules.people import commands, queries


@needs("settings.roles")
def permission_matrix(request: StaffRequest) -> HttpResponse:
    """Show roles × permissions with a tick in each cell."""
    return render(request, "console/people/matrix.html", {"matrix": queries.permission_matrix()})


@require_POST
@needs("settings.roles")
def tick(request: StaffRequest, role_id: int) -> HttpResponse:
    """Set or take away one tick; a refusal shows the cell as it still is, and why."""
    permission, granted = request.POST.get("permission", ""), request.POST.get("granted") == "on"
    try:
        commands.set_role_permission(request.actor, role_id=role_id, permission=permission, granted=granted)
    except Refusal as refusal:
        return toast(_cell(request, role_id, permission), str(refusal), tone="danger")
    text = _("Given. It counts from the next click.") if granted else _("Taken away. It counts from the next click.")
    return toast(_cell(request, role_id, permission), text)


def _cell(request: StaffRequest, role_id: int, permission: str) -> HttpResponse:
    """Draw one cell as the database has it."""
    role = next((role for role in queries.roles() if role.id == role_id), None)
    facts = {"role": role, "permission": queries.permission(permission)}
    return render(request, "console/people/matrix_cell.html", facts)
