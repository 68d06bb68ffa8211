"""Addresses of order pages."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.exceptions import figures
from steward.interfaces.console.orders import changes, offers
from steward.interfaces.console.orders.views import deciding, detail, entry, listing

urlpatterns = [
    path("", listing.orders, name="orders"),
    path("bulk", listing.orders_bulk, name="orders_bulk"),
    path("export", listing.orders_export, name="orders_export"),
    path("new", entry.order_new, name="order_new"),
    path("late-audits", figures.late_audits, name="late_audits"),
    path("offers", offers.offer_list, name="offers"),
    path("offers/<int:offer_id>/answer", offers.offer_answer, name="offer_answer"),
    path("offers/<int:offer_id>/resend", offers.offer_resend, name="offer_resend"),
    path("items", entry.order_items, name="order_items"),
    path("findings/<int:finding_id>/take", deciding.finding_take, name="finding_take"),
    path("findings/<int:finding_id>/accept", deciding.finding_accept, name="finding_accept"),
    path("conflicts/<int:conflict_id>/settle", deciding.conflict_settle, name="conflict_settle"),
    path("<str:number>", detail.order, name="order"),
    path("<str:number>/reveal", detail.order_reveal, name="order_reveal"),
    path("<str:number>/approve", deciding.order_approve, name="order_approve"),
    path("<str:number>/advance", deciding.order_advance, name="order_advance"),
    path("<str:number>/send-back", deciding.order_send_back, name="order_send_back"),
    path("<str:number>/offer", offers.offer_make, name="offer_make"),
    path("<str:number>/urgency", deciding.order_urgency, name="order_urgency"),
    path("<str:number>/step", deciding.order_step_done, name="order_step_done"),
    path("<str:number>/terms", deciding.order_terms, name="order_terms"),
    path("<str:number>/change", changes.order_change, name="order_change"),
    path("<str:number>/change/preview", changes.change_propose, name="order_change_propose"),
    path("<str:number>/changes/<int:change_id>", changes.change_preview, name="order_change_preview"),
    path("<str:number>/changes/<int:change_id>/confirm", changes.change_confirm, name="order_change_confirm"),
    path("<str:number>/changes/<int:change_id>/decline", changes.change_decline, name="order_change_decline"),
    path("<str:number>/cancel", deciding.order_cancel, name="order_cancel"),
    path("<str:number>/mend", deciding.order_mend, name="order_mend"),
]
