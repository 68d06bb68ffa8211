"""Claims against carriers: the list, one with every step, and what people do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.payments.deciding import BadAmount
from steward.kernel import errors, moment, money
from steward.modules.logistics.commands import claims as commands
from steward.modules.logistics.commands.keeping import (
    LARGEST_EVIDENCE_BYTES,
    UnfitEvidence,
    keep_evidence,
    only_if_done,
)
from steward.modules.logistics.queries import claims as queries
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries import words
from steward.modules.logistics.rules import claims as rules
from steward.modules.people import queries as people

PAGE = 50
VERBS = ("submit", "agree", "reject", "withdraw")
QUEUES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "": (pgettext_lazy("claims", "Open"), rules.LIVE),
    **{state: (label, (state,)) for state, label in said.CLAIM_STATES.items()},
    "all": (pgettext_lazy("claims", "All"), ()),
}


@require_GET
@needs("logistics.view")
def claims(request: StaffRequest) -> HttpResponse:
    """Show claims, newest first; at first those that wait for us or the carrier."""
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else ""
    rows = queries.claims_page(
        states=QUEUES[queue][1], before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1
    )
    older = "?" + urlencode({"queue": queue, "after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    facts = {
        "rows": [(row, words.word(said.CLAIM_KINDS, row.kind)) for row in rows[:PAGE]],
        "chips": [(code, label, code == queue) for code, (label, _states) in QUEUES.items()],
        "older_url": older,
    }
    return render(request, "console/shipping/claims.html", facts)


@require_GET
@needs("logistics.view")
def claim(request: StaffRequest, number: str) -> HttpResponse:
    """Show one claim: what for, what proves it, every step, and what can be done now."""
    detail = queries.claim(number)
    row = detail.row
    names = people.actor_names({entry.actor for entry in detail.entries})
    may = request.actor.may("logistics.ship")
    may_reject = rules.may_reject(row.state, paid_minor=row.paid_minor)
    facts = {
        "detail": detail,
        "row": row,
        "kind": words.word(said.CLAIM_KINDS, row.kind),
        "entries": [
            (entry, words.word(said.CLAIM_VERBS, entry.verb), names.get(entry.actor, entry.actor))
            for entry in reversed(detail.entries)
        ],
        "may_prove": may and row.state not in ("paid", "withdrawn"),
        "verbs": [verb for verb in VERBS if may and rules.can(row.state, verb) and (verb != "reject" or may_reject)],
        "may_pay": request.actor.may("payments.record") and rules.can(row.state, "pay"),
        "claimed_typed": str(money.to_decimal(row.claimed_minor, row.currency)),
        "open_typed": str(money.to_decimal(detail.open_minor, row.currency)),
    }
    return render(request, "console/shipping/claim.html", facts)


@require_POST
@needs("logistics.ship")
def claim_open(request: StaffRequest) -> HttpResponse:
    """Open a claim for a parcel."""
    currency = request.POST.get("currency", "CNY")
    draft = commands.ClaimDraft(
        parcel_code=request.POST.get("parcel", ""),
        kind=request.POST.get("kind", ""),
        amount_minor=_amount_minor(request.POST.get("amount", ""), currency),
        reason=request.POST.get("reason", ""),
    )
    number = commands.open_claim(request.actor, draft=draft, now=moment.now())
    return say(request, _("The claim is open. Add what proves it."), to=reverse("claim", args=[number]))


def _amount_minor(typed: str, currency: str) -> int:
    """Read an amount. Units: minor currency units. Raises: BadAmount."""
    try:
        return money.to_minor(typed.strip(), currency)
    except (ValueError, KeyError):
        raise BadAmount(typed=typed[:40]) from None


@require_POST
@needs("logistics.ship")
def claim_evidence(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what proves a claim."""
    upload, note = request.FILES.get("file"), request.POST.get("note", "")
    row = queries.claim(number).row
    if row.state in rules.ENDED:
        raise errors.NotPossible(state=row.state, verb="evidence")
    if (upload is None and not note.strip()) or (upload and (upload.size or 0) > LARGEST_EVIDENCE_BYTES):
        raise UnfitEvidence
    name = (upload.name or "") if upload else ""
    stored = keep_evidence(row.number, upload.read()) if upload else ""
    with only_if_done([stored] if stored else []):
        commands.add_evidence(request.actor, number=number, name=name, note=note, now=moment.now(), stored_file=stored)
    return say(request, _("Kept."), to=reverse("claim", args=[number]))


@require_GET
@needs("logistics.view")
def claim_proof(request: StaffRequest, number: str, evidence_id: int) -> HttpResponse:
    """Send what proves a claim."""
    found = next((one for one in queries.claim(number).evidence if one.id == evidence_id), None)
    if found is None or not found.stored_file or not default_storage.exists(found.stored_file):
        raise errors.NotFound(key=number)
    file = default_storage.open(found.stored_file)
    return cast(HttpResponse, FileResponse(file, as_attachment=True, filename=found.name or "evidence"))


@require_POST
@needs("logistics.view")
def claim_step(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Carry out one step of a claim."""
    step = STEPS.get(verb)
    if step is None:
        raise errors.NotFound(key=verb)
    step(request, number)
    return say(request, words.word(said.CLAIM_VERBS, verb), to=reverse("claim", args=[number]))


def _submit(request: StaffRequest, number: str) -> None:
    reference = request.POST.get("reference", "").strip()
    commands.submit_claim(request.actor, number=number, reference=reference, now=moment.now())


def _agree(request: StaffRequest, number: str) -> None:
    amount_minor = _amount_minor(request.POST.get("amount", ""), queries.claim(number).row.currency)
    note = request.POST.get("note", "")
    commands.agree_claim(request.actor, number=number, amount_minor=amount_minor, note=note, now=moment.now())


def _reject(request: StaffRequest, number: str) -> None:
    commands.reject_claim(request.actor, number=number, note=request.POST.get("note", ""), now=moment.now())


def _withdraw(request: StaffRequest, number: str) -> None:
    commands.withdraw_claim(request.actor, number=number, note=request.POST.get("note", ""), now=moment.now())


def _pay(request: StaffRequest, number: str) -> None:
    commands.pay_claim(
        request.actor,
        number=number,
        amount_minor=_amount_minor(request.POST.get("amount", ""), queries.claim(number).row.currency),
        reference=request.POST.get("reference", "").strip(),
        now=moment.now(),
    )


STEPS: Mapping[str, Callable[[StaffRequest, str], None]] = {
    "submit": _submit,
    "agree": _agree,
    "reject": _reject,
    "withdraw": _withdraw,
    "pay": _pay,
}
