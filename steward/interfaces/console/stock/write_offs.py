"""Write-offs: what waits, one with where it stands, the form to ask, and calling it off."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment
from steward.modules.approvals import queries as approvals
from steward.modules.inventory import queries
from steward.modules.inventory.commands import writing_off as commands
from steward.modules.inventory.queries import words
from steward.modules.inventory.queries import write_offs as reads
from steward.modules.inventory.rules.write_offs import BY_HAND, CAUSES
from steward.modules.people import queries as people

PAGE = 50
QUEUES = {
    "": (pgettext_lazy("write-off", "Waiting"), ("waiting",)),
    "written_off": (words.WRITE_OFF_STATES["written_off"], ("written_off",)),
    "kept": (pgettext_lazy("write-off", "Kept after all"), ("declined", "lapsed", "withdrawn")),
}


@require_GET
@needs("stock.view")
def write_offs(request: StaffRequest) -> HttpResponse:
    """List write-offs, newest first; at first those that wait."""
    queue, text = request.GET.get("queue", ""), request.GET.get("q", "").strip()[:60]
    queue = queue if queue in QUEUES else ""
    before = row_number(request.GET.get("before", ""))
    states = () if text else QUEUES[queue][1]
    rows = reads.write_offs_page(states=states, text=text, before=before, limit=PAGE + 1)
    names = people.actor_names({row.asked_by for row in rows})
    older = "?" + urlencode({"queue": queue, "q": text, "before": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    facts = {
        "tab": "write_offs",
        "queue": queue,
        "queues": [(code, label, code == queue) for code, (label, _states) in QUEUES.items()],
        "rows": [
            (row, words.CAUSES[row.cause], names.get(row.asked_by, row.asked_by), _booked(row)) for row in rows[:PAGE]
        ],
        "older_url": older,
        "q": text,
    }
    return render(request, "console/stock/write_offs.html", facts)


@require_GET
@needs("stock.view")
def write_off(request: StaffRequest, number: str) -> HttpResponse:
    """Show one write-off: what, why, worth how much, who decides or has decided."""
    row = reads.write_off(number)
    asked = approvals.approval(row.approval_id) if row.approval_id else None
    verdicts = asked.decisions if asked else []
    names = people.actor_names({row.asked_by, *(one.decided_by for one in verdicts)})
    facts = {
        "row": row,
        "cause": words.CAUSES[row.cause],
        "is_by_hand": row.cause in BY_HAND,
        "booked": _booked(row),
        "condition": words.CONDITIONS[row.condition],
        "basis": words.VALUED_AT[row.basis],
        "asked_by": names.get(row.asked_by, row.asked_by),
        "approval": asked,
        "role": people.role_labels().get(asked.role, asked.role) if asked else "",
        "verdicts": [(one, names.get(one.decided_by, one.decided_by)) for one in verdicts],
        "may_withdraw": row.state == "waiting" and request.actor.may("stock.write_off"),
        "may_decide": asked is not None and approvals.may_decide(request.actor, asked, now=moment.now()) == "",
    }
    return render(request, "console/stock/write_off.html", facts)


def _booked(row: reads.WriteOffView) -> str:
    """Say of what was booked by hand and agreed to that it is booked; empty for all others, whose state says enough."""
    return str(words.BOOKED) if row.state == "written_off" and row.cause in BY_HAND else ""


@require_http_methods(["GET", "POST"])
@needs("stock.write_off")
def write_off_new(request: StaffRequest) -> HttpResponse:
    """Ask for goods to be given up: which lot and condition, how many, why."""
    if request.method == "POST":
        draft = commands.WriteOffDraft(
            stock_id=row_number(request.POST.get("stock_id", "")) or 0,
            quantity=forms.pieces(request.POST, "quantity"),
            cause=request.POST.get("cause", ""),
            note=request.POST.get("note", "").strip()[:200],
        )
        number = commands.ask_write_offs(request.actor, drafts=[draft], now=moment.now())[0]
        text = _("%(number)s waits for a second person; the goods are held.") % {"number": number}
        if reads.write_off(number).state == "written_off":
            text = _("%(number)s is written off.") % {"number": number}
        return say(request, text, to=reverse("write_off", args=[number]))
    stock_id, item_id = row_number(request.GET.get("stock", "")), row_number(request.GET.get("item", ""))
    rows = reads.givable(stock_id=stock_id, item_id=item_id, warehouse=request.GET.get("warehouse", "")[:50])
    rows = rows if stock_id is not None or item_id is not None else []
    today = queries.local_day(moment.now())
    likely = _likely(rows[0], today) if rows else ""
    facts = {
        "rows": [(row, words.CONDITIONS[row.condition], words.VALUED_AT[row.value.basis]) for row in rows],
        "item": rows[0] if rows else None,
        "causes": [(code, words.CAUSES[code], code == likely) for code in CAUSES],
        "only": next((row.stock_id for row in rows if row.free), None),
    }
    return render(request, "console/stock/write_off_new.html", facts)


def _likely(row: reads.Givable, today: date) -> str:
    """Guess why: what has expired is given up for that, what is damaged for that, the rest sells no more."""
    if row.expires_date is not None and row.expires_date < today:
        return "expired"
    return "damaged" if row.condition == "damaged" else "obsolete"


@require_POST
@needs("stock.write_off")
def write_off_withdraw(request: StaffRequest, number: str) -> HttpResponse:
    """Call a write-off off; its goods are free again."""
    reason = request.POST.get("reason", "").strip()[:200]
    commands.withdraw_write_off(request.actor, number=number, reason=reason, now=moment.now())
    text = _("%(number)s is called off; the goods are free again.") % {"number": number}
    return say(request, text, to=reverse("write_off", args=[number]))
