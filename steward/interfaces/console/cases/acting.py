"""The steps people take on the page of a case; each runs one command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment
from steward.modules.returns.commands import (
    closing,
    deciding,
    exchange_ending,
    exchange_settling,
    exchanging,
    guiding,
    inspecting,
    parcels,
    receiving,
    settling,
)
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.queries import cases as queries
from steward.modules.returns.queries.views import CaseView


@require_POST
@needs("returns.view")
def case_step(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Take one step with a case."""
    step = STEPS.get(verb)
    if step is None:
        raise errors.NotFound(key=verb)
    view = queries.case(number, shops=request.actor.scopes)
    said = step(request, view)
    return say(request, said or _("Done."), to=reverse("case", args=[view.row.number]))


def _approve(request: StaffRequest, view: CaseView) -> str:
    deciding.approve_case(request.actor, case_id=view.row.id, now=moment.now())
    return _("Agreed. The customer is told.")


def _refuse(request: StaffRequest, view: CaseView) -> str:
    reason = request.POST.get("reason", "")
    deciding.refuse_case(request.actor, case_id=view.row.id, reason=reason, now=moment.now())
    return _("Refused. The customer is told why.")


def _withdraw(request: StaffRequest, view: CaseView) -> str:
    reason = request.POST.get("reason", "")
    deciding.withdraw_case(request.actor, case_id=view.row.id, reason=reason, now=moment.now())
    return _("Withdrawn.")


def _reconsider(request: StaffRequest, view: CaseView) -> str:
    reason = request.POST.get("reason", "")
    deciding.reconsider_case(request.actor, case_id=view.row.id, reason=reason, now=moment.now())
    return _("It is looked at again.")


def _parcel(request: StaffRequest, view: CaseView) -> str:
    post = request.POST
    draft = parcels.ParcelDraft(
        method=post.get("method", "own"),
        piece_ids=tuple(row_numbers(post.getlist("piece"))),
        carrier=post.get("carrier", "").strip(),
        tracking_number=post.get("tracking_number", "").strip(),
        station_id=row_number(post.get("station", "").strip()),
        pick_up_from=_time(post.get("pick_up_from", "")),
        pick_up_to=_time(post.get("pick_up_to", "")),
    )
    parcels.announce_parcel(request.actor, case_id=view.row.id, draft=draft, now=moment.now())
    return _("The parcel is announced.")


def _time(typed: str) -> datetime | None:
    """Read a time as a form gives it, in the reader's time zone."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        return None
    return make_aware(found) if found and is_naive(found) else found


def _receive(request: StaffRequest, view: CaseView) -> str:
    arrived = {
        piece.id: request.POST[f"piece_{piece.id}"]
        for piece in view.pieces
        if request.POST.get(f"piece_{piece.id}", "")
    }
    beyond = _beyond(request)
    receiving.receive_pieces(request.actor, case_id=view.row.id, arrived=arrived, surplus=beyond, now=moment.now())
    return _("Received.")


def _beyond(request: StaffRequest) -> list[receiving.Beyond]:
    """Read what lay in the parcel beyond what was announced."""
    note, count = request.POST.get("surplus_note", "").strip(), request.POST.get("surplus_quantity", "").strip()
    if not note:
        return []
    units = int(count) if count.isascii() and count.isdigit() and len(count) < 5 else 1
    key, sku = request.POST.get("surplus_key", "")[:64], request.POST.get("surplus_sku", "").strip()
    return [receiving.Beyond(key=key, quantity=units, note=note, sku=sku)]


def _judge(request: StaffRequest, view: CaseView) -> str:
    verdicts = {
        piece.id: request.POST[f"piece_{piece.id}"]
        for piece in view.pieces
        if request.POST.get(f"piece_{piece.id}", "")
    }
    inspecting.judge_pieces(request.actor, case_id=view.row.id, verdicts=verdicts, now=moment.now())
    return _("Judged. The customer is told.")


def _settle(request: StaffRequest, view: CaseView) -> str:
    settling.settle_case(request.actor, case_id=view.row.id, now=moment.now())
    return _("The money is on its way back, once everybody who has to agree did.")


def _settle_early(request: StaffRequest, view: CaseView) -> str:
    settling.settle_case(request.actor, case_id=view.row.id, early=True, now=moment.now())
    return _("The money is on its way back, once everybody who has to agree did.")


def _complete(request: StaffRequest, view: CaseView) -> str:
    closing.complete_case(request.actor, case_id=view.row.id, now=moment.now())
    return _("The case is closed.")


def _choose(request: StaffRequest, view: CaseView) -> str:
    insteads = insteads_of(request.POST, Counter(piece.line_id for piece in view.pieces))
    exchanging.choose_replacements(request.actor, case_id=view.row.id, insteads=insteads, now=moment.now())
    return _("Chosen.")


def insteads_of(form: QueryDict, wants: Mapping[int, int]) -> list[Instead]:
    """Read what a form wants in the place of the pieces of lines."""
    named = {line: form.get(f"instead_{line}", "").strip()[:64] for line in wants}
    return [Instead(line, sku, wants[line]) for line, sku in named.items() if sku]


def _refund_instead(request: StaffRequest, view: CaseView) -> str:
    exchange_ending.refund_instead(request.actor, case_id=view.row.id, now=moment.now())
    return _("The money goes back instead. What was set aside is free again.")


def _difference(request: StaffRequest, view: CaseView) -> str:
    exchange_settling.give_difference_back(request.actor, case_id=view.row.id, now=moment.now())
    return _("The money is on its way back, once everybody who has to agree did.")


def _offer(request: StaffRequest, view: CaseView) -> str:
    draft = guiding.GuidanceDraft(
        kind=request.POST.get("kind", ""),
        words=request.POST.get("words", ""),
        link=request.POST.get("link", "").strip(),
    )
    guiding.offer_guidance(request.actor, case_id=view.row.id, draft=draft, now=moment.now())
    return _("Offered.")


def _helped(request: StaffRequest, view: CaseView) -> str:
    guiding.answer_guidance(
        request.actor,
        case_id=view.row.id,
        guidance_id=row_number(request.POST.get("guidance", "")) or 0,
        outcome=request.POST.get("outcome", ""),
        now=moment.now(),
    )
    return _("Noted.")


STEPS: Mapping[str, Callable[[StaffRequest, CaseView], Any]] = {
    "approve": _approve,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "reconsider": _reconsider,
    "parcel": _parcel,
    "receive": _receive,
    "judge": _judge,
    "settle": _settle,
    "settle_early": _settle_early,
    "complete": _complete,
    "offer": _offer,
    "helped": _helped,
    "choose": _choose,
    "refund_instead": _refund_instead,
    "difference": _difference,
}
