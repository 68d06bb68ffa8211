"""Who may be one person: what waits for a decision, merging by hand, taking back, and the rules."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.customers.listing import found_by, shown
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.customers.commands import merging, proposing
from steward.modules.customers.queries import proposals as queries
from steward.modules.customers.queries import words
from steward.modules.customers.queries.directory import customer_rows, customer_view, identities_of
from steward.modules.customers.queries.merged import survivors
from steward.modules.people import queries as people

PAGE = 10
CANDIDATES = 6


@require_GET
@needs("customers.view")
def proposals(request: StaffRequest) -> HttpResponse:
    """Show who may be one person, side by side; at first what is to be decided."""
    state = request.GET.get("state", "open")
    state = state if state in words.PROPOSAL_STATES else "open"
    found = queries.proposals_page(state=state, before_id=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    facts = {
        "pairs": [_pair(request.actor, one) for one in found[:PAGE]],
        "state": state,
        "chips": [(code, label, code == state) for code, label in words.PROPOSAL_STATES.items()],
        "waiting": queries.open_proposals(),
        "may_merge": request.actor.may("customers.merge"),
        "older_url": "?" + urlencode({"state": state, "after": str(found[PAGE - 1].id)}) if len(found) > PAGE else "",
    }
    return render(request, "console/customers/proposals.html", facts)


def _pair(actor: Actor, view: queries.ProposalView) -> dict[str, Any]:
    names = people.actor_names({view.decided_by} - {""})
    both = {one.what for one in view.identities[0]} & {one.what for one in view.identities[1]}
    sides = [
        side | {"identities": [(one, words.kind(one.what), words.icon(one.what)) for one in identities]}
        for side, identities in zip(shown(actor, view.sides), view.identities, strict=True)
    ]
    return {
        "proposal": view,
        "sides": sides,
        "why": words.rule(view.rule),
        "shared": [words.kind(kind) for kind in view.shared],
        "shared_kinds": set(view.shared) & both,
        "decided_by": names.get(view.decided_by, view.decided_by),
    }


@require_POST
@needs("customers.merge")
def proposal_decide(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Merge the two, or say that they are not the same."""
    to = reverse("merge_proposals")
    reason = request.POST.get("reason", "").strip()
    if request.POST.get("verdict") == "merge":
        proposing.accept_proposal(
            request.actor, proposal_id=proposal_id, reason=reason or _("Looked at side by side"), now=moment.now()
        )
        return say(request, _("Merged. It can be taken back on the customer's page."), to=to)
    proposing.refuse_proposal(
        request.actor, proposal_id=proposal_id, reason=reason or _("Looked at side by side"), now=moment.now()
    )
    return say(request, _("Kept apart; they are not proposed again."), to=to)


@needs("customers.merge")
def merge(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Find whom a customer is to be merged with, look at both side by side, merge."""
    view = customer_view(customer_id)
    if request.method == "POST":
        other = row_number(request.POST.get("other", "")) or 0
        merging.merge_customers(
            request.actor,
            survivor_id=view.row.id,
            merged_id=other,
            reason=request.POST.get("reason", ""),
            now=moment.now(),
        )
        return say(request, _("Merged."), to=reverse("customer", args=[view.row.id]))
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = _leaders(request.actor, text) if text else []
    ids = [id_ for id_ in found if id_ != view.row.id][:CANDIDATES]
    facts = {
        "view": view,
        "q": text,
        "own": _side(request.actor, view.row.id),
        "candidates": [_side(request.actor, id_) for id_ in ids],
        "own_found": bool(found) and not ids,
    }
    return render(request, "console/customers/merge.html", facts)


def _leaders(actor: Actor, text: str) -> list[int]:
    """Find people by what is typed: a customer's number, or what the list finds them by."""
    typed = text.removeprefix("#")
    ids = [int(typed)] if typed.isascii() and typed.isdigit() and 4 < len(typed) < 11 else []
    return sorted(set(survivors([*ids, *found_by(actor, text)]).values()))


def _side(actor: Actor, customer_id: int) -> dict[str, Any]:
    row = customer_rows([customer_id])[0]
    identities = [(one, words.kind(one.what), words.icon(one.what)) for one in identities_of(row.member_ids)]
    return shown(actor, [row])[0] | {"identities": identities}


@require_POST
@needs("customers.merge")
def undo(request: StaffRequest, merge_id: int) -> HttpResponse:
    """Take a merge back."""
    merging.unmerge_customers(request.actor, merge_id=merge_id, reason=request.POST.get("reason", ""), now=moment.now())
    return say(request, _("Taken back: each is shown by themselves again."))


@needs("customers.view")
def rules(request: StaffRequest) -> HttpResponse:
    """Show and change when customers are merged."""
    if request.method == "POST":
        proposing.set_merge_rule(
            request.actor,
            code=request.POST.get("code", ""),
            acts=request.POST.get("acts", ""),
            is_on="on" in request.POST,
            now=moment.now(),
        )
        return say(request, _("Saved."), to=reverse("merge_rules"))
    found = queries.merge_rules()
    names = people.actor_names({row.set_by for row in found})
    facts = {
        "rows": [(row, words.rule(row.code), names.get(row.set_by, row.set_by)) for row in found],
        "acts": list(words.ACTS.items()),
        "may_change": request.actor.may("customers.merge_rules"),
    }
    return render(request, "console/customers/rules.html", facts)
