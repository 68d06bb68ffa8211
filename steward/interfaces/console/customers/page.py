"""One person with everything about them, and what is noted of how they are known."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.customers.listing import summed
from steward.interfaces.console.customers.sections import sections_of
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.customers.commands import addresses, identities, rights
from steward.modules.customers.queries import proposals, words
from steward.modules.customers.queries.directory import customer_view
from steward.modules.customers.rules.buyers import Address
from steward.modules.orders.queries.buyers import buyer_totals
from steward.modules.orders.queries.findings import field_label

REVEALED = ("name", "phone", "email")
ADDRESS = ("province", "city", "district", "street", "postcode")


@require_GET
@needs("customers.view")
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Show one person; whoever was merged is shown as the one who stands for them."""
    view = customer_view(customer_id)
    if view.row.id != customer_id:
        return HttpResponseRedirect(reverse("customer", args=[view.row.id]))
    totals = buyer_totals(view.row.member_ids) if request.actor.may("orders.view") else []
    facts: dict[str, Any] = {
        "view": view,
        "row": view.row,
        "columns": sections_of(request.actor, view),
        "waiting": proposals.proposals_of(view.row.member_ids),
        "known": list({words.icon(kind): words.kind(kind) for kind in view.row.kinds}.items()),
        "address_fields": [(name, field_label(f"recipient.{name}")) for name in ADDRESS],
        "reveal_url": reverse("customer_reveal", args=[view.row.id]) if request.actor.may("customers.reveal") else "",
        **summed(totals),
    }
    return render(request, "console/customers/customer.html", facts)


@require_POST
@needs("customers.reveal")
def customer_reveal(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Show a name, a phone or an e-mail in clear, in place of its mask; who looked is recorded."""
    field = request.POST.get("field", "")
    clear = rights.reveal_customer(request.actor, customer_id=customer_id, reason=_("Opened on the customer page"))
    value = str(clear.get(field) or "") if field in REVEALED else ""
    return HttpResponse(format_html('<span class="masked revealed">{}</span>', value or "—"))


@require_POST
@needs("customers.reveal")
def identity_reveal(request: StaffRequest, identity_id: int) -> HttpResponse:
    """Show in clear by what somebody is known, in place of its mask; who looked is recorded."""
    reason = _("Opened on the customer page")
    value = rights.reveal_identity(request.actor, identity_id=identity_id, reason=reason)
    return HttpResponse(format_html('<span class="masked revealed">{}</span>', value or "—"))


@require_POST
@needs("customers.edit")
def identity_add(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note one more way somebody is known."""
    word, account = request.POST.get("kind", ""), request.POST.get("account", "").strip()
    to = reverse("customer", args=[customer_id])
    try:
        identities.add_identity(
            request.actor,
            customer_id=customer_id,
            kind=f"{word}:{account}" if account and word not in ("phone", "email") else word,
            value=request.POST.get("value", ""),
            verified_how=request.POST.get("how", ""),
            now=moment.now(),
        )
    except BadInput as refusal:
        return say(request, str(refusal.findings[0]["message"]), tone="danger", to=to)
    return say(request, _("Noted."), to=to)


@require_POST
@needs("customers.edit")
def customer_address(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Keep where somebody wants their parcels to go."""
    to = reverse("customer", args=[customer_id])
    typed = {name: request.POST.get(name, "").strip()[:200] for name in ADDRESS}
    try:
        addresses.keep_address(request.actor, customer_id=customer_id, address=Address(**typed), now=moment.now())
    except addresses.NoStreet as refusal:
        return say(request, str(refusal), tone="danger", to=to)
    return say(request, _("Noted."), to=to)


@require_POST
@needs("customers.edit")
def identity_verify(request: StaffRequest, identity_id: int) -> HttpResponse:
    """Note that somebody proved that a value is theirs."""
    identities.verify_identity(
        request.actor, identity_id=identity_id, how=request.POST.get("how", ""), now=moment.now()
    )
    return say(request, _("Verified."))


@require_POST
@needs("customers.erase")
def customer_erase(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Erase a person with all buyers they were found to be."""
    to = reverse("customer", args=[customer_id])
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return say(request, _("Say why, in a few words."), tone="danger", to=to)
    rights.erase_customer(request.actor, customer_id=customer_id, reason=reason, now=moment.now())
    return say(request, _("Everything personal of this customer was erased."), to=to)
