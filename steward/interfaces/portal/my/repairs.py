"""My repairs: what happens next and when, a quote to answer, a time to choose."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from steward.interfaces.portal import throttle
from steward.interfaces.portal.my.door import MyRequest, mine, only_own
from steward.interfaces.portal.repairs import show_repair
from steward.modules.returns.queries import repairs

CHANGES_A_MINUTE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def my_repair(request: MyRequest, number: str) -> HttpResponse:
    """Show one of this person's repairs and take what they decide. Raises: NotFound, also for somebody else's."""
    if request.method == "POST":
        throttle.hold_back("my-repair", f"{request.visit.visit_id}", most=CHANGES_A_MINUTE)
    view = repairs.repair(number)
    only_own(request, view.row.customer_id, number)
    return show_repair(request, view.row.id)
