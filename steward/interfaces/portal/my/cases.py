"""My requests: the list, one with what happens next, announcing a parcel, answering a proposal, taking it back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from msgspec import Struct

from steward.interfaces.console.addresses import row_number
from steward.interfaces.portal import throttle
from steward.interfaces.portal.my import case_words
from steward.interfaces.portal.my.door import CUSTOMER, MyRequest, mine, only_own
from steward.interfaces.portal.my.next_steps import Next, next_step
from steward.interfaces.portal.repairs import shown as repair_shown
from steward.modules.desk.queries.follow_ups import FollowUpRow, follow_ups_waiting
from steward.modules.logistics.queries.carriers import carriers
from steward.modules.messaging.queries import attachments
from steward.modules.messaging.queries.links import portal_link
from steward.modules.returns.commands.deciding import withdraw_case
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.exchanging import choose_replacements
from steward.modules.returns.commands.guiding import answer_guidance
from steward.modules.returns.commands.parcels import ParcelDraft, announce_parcel
from steward.modules.returns.commands.previewing import Option, options_of
from steward.modules.returns.queries import repairs
from steward.modules.returns.queries.own import OwnCase, own_case, own_cases
from steward.modules.returns.queries.repair_views import RepairView
from steward.modules.returns.rules.states import OPEN

PAGE = 20
CHANGES_A_MINUTE = 20
QUESTION_LIVES = timedelta(days=1)


class Shown(Struct, frozen=True):
    """One case with its words."""

    row: OwnCase
    kind: str
    next: Next
    goods: list[str]


def shown(row: OwnCase) -> Shown:
    """Put a case into a customer's words."""
    language = get_language() or settings.LANGUAGE_CODE
    names: dict[str, int] = {}
    for one in row.pieces:
        name = (one.name_en if language == "en" else one.name_zh) or one.name_zh or one.sku
        names[name] = names.get(name, 0) + 1
    goods = [f"{name} × {count}" if count > 1 else name for name, count in names.items()]
    return Shown(row, str(case_words.KINDS[row.kind]), next_step(row), goods)


@require_safe
@mine
def my_cases(request: MyRequest) -> HttpResponse:
    """List this person's requests, newest first."""
    after = row_number(request.GET.get("after", ""))
    rows = own_cases(request.visit.members, after=after, limit=PAGE + 1)
    facts = {
        "cases": [shown(row) for row in rows[:PAGE]],
        "next_after": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "questions": _questions(request) if after is None else [],
    }
    return render(request, "portal/my/cases.html", facts)


def _questions(request: MyRequest) -> list[tuple[FollowUpRow, str]]:
    """List what we ask this person about and they have not answered, each with the page on which they answer."""
    until = request.now + QUESTION_LIVES
    return [
        (one, portal_link("follow_up", one.id, expires_at=until, now=request.now).removeprefix(settings.PUBLIC_URL))
        for one in follow_ups_waiting(request.visit.members)
    ]


@require_safe
@mine
def my_case(request: MyRequest, number: str) -> HttpResponse:
    """Show one request: what happens next and when, its pieces, parcels, money and pictures."""
    row = _own(request, number)
    language = get_language() or settings.LANGUAGE_CODE
    files = attachments.attachments(row.evidence) if row.evidence else []
    facts = {
        "case": shown(row),
        "reason": row.reason.get(language) or row.reason.get("zh-hans", ""),
        "pieces": [(one, case_words.RECEPTIONS[one.reception]) for one in row.pieces],
        "repairs": [repair_shown(one) for one in _repairs(row)],
        "open_guidance": [one for one in row.guidance if not one.outcome] if row.state == "requested" else [],
        "pictures": [
            (
                one,
                attachments.file_link(one.id, now=request.now, small=True),
                attachments.file_link(one.id, now=request.now),
            )
            for one in files
            if one.can_be_opened and one.has_thumbnail
        ],
        "others": [one for one in files if not (one.can_be_opened and one.has_thumbnail)],
        "carriers": [one for one in carriers() if one.state == "active"] if next_step(row).sends else [],
        "sent": request.GET.get("sent") == "1",
        "exchange": row.exchange,
        "swaps": _swaps(row, request),
    }
    return render(request, "portal/my/case.html", facts)


def _swaps(row: OwnCase, request: MyRequest) -> list[tuple[str, str, list[Option]]]:
    """List what may be chosen anew for each line: goods, field, options; nothing where nothing has to be chosen."""
    if row.exchange is None or row.exchange.state != "open" or row.state not in OPEN:
        return []
    names = {one.line_id: one.bought_name for one in row.exchange.swaps}
    found = options_of(order_id=row.order_id, kind=row.kind, reason=row.reason_code, wants=_wants(row), now=request.now)
    return [(names[line], str(line), some) for line, some in found.items()]


def _wants(row: OwnCase) -> dict[int, int]:
    """Count the pieces of each line something is sent for."""
    counted: Counter[int] = Counter()
    for one in row.exchange.swaps if row.exchange else ():
        counted[one.line_id] += one.quantity
    return dict(counted)


@require_POST
@mine
def choose(request: MyRequest, number: str) -> HttpResponse:
    """Take in what is wanted in the place of goods. Raises: what choosing refuses (as pages)."""
    row = _changing(request, number)
    named = {line: request.POST.get(f"instead-{line}", "").strip()[:64] for line in _wants(row)}
    wants = _wants(row)
    insteads = [Instead(line, sku, wants[line]) for line, sku in named.items() if sku]
    choose_replacements(CUSTOMER, case_id=row.id, insteads=insteads, now=request.now)
    return redirect("my_case", number)


@require_POST
@mine
def announce(request: MyRequest, number: str) -> HttpResponse:
    """Take in by which parcel goods of a request come. Raises: what announcing refuses (as pages)."""
    row = _changing(request, number)
    draft = ParcelDraft(
        carrier=request.POST.get("carrier", "")[:40],
        tracking_number=request.POST.get("tracking_number", "").strip()[:60],
    )
    announce_parcel(CUSTOMER, case_id=row.id, draft=draft, now=request.now)
    return redirect("my_case", number)


@require_POST
@mine
def withdraw(request: MyRequest, number: str) -> HttpResponse:
    """Take a request back. Raises: what withdrawing refuses (as pages)."""
    row = _changing(request, number)
    withdraw_case(CUSTOMER, case_id=row.id, reason=_("Taken back by the customer"), now=request.now)
    return redirect("my_case", number)


@require_POST
@mine
def guided(request: MyRequest, number: str) -> HttpResponse:
    """Take in whether a proposal helped. Raises: NotFound, NotPossible (as pages)."""
    row = _changing(request, number)
    wanted = row_number(request.POST.get("guidance", "")) or 0
    outcome = "helped" if request.POST.get("outcome") == "helped" else "did_not"
    answer_guidance(CUSTOMER, case_id=row.id, guidance_id=wanted, outcome=outcome, now=request.now)
    return redirect("my_case", number)


def _own(request: MyRequest, number: str) -> OwnCase:
    """Read one of this person's cases. Raises: NotFound, also for somebody else's."""
    row = own_case(number)
    only_own(request, row.customer_id, number)
    return row


def _repairs(row: OwnCase) -> list[RepairView]:
    """Read the repairs of a case of repair."""
    return repairs.views_of([one.id for one in repairs.repairs_of_cases([row.id])]) if row.kind == "repair" else []


def _changing(request: MyRequest, number: str) -> OwnCase:
    throttle.hold_back("my-case", f"{request.visit.visit_id}", most=CHANGES_A_MINUTE)
    return _own(request, number)
