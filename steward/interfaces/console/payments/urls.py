"""Addresses of payments."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.payments import callbacks, connecting, deciding, providers, refunds, statements

urlpatterns = [
    path("callbacks", callbacks.callbacks, name="payment_callbacks"),
    path("refunds", refunds.refunds, name="refunds"),
    path("refunds/<str:number>", refunds.refund, name="refund"),
    path("refunds/<str:number>/withdraw", deciding.refund_withdraw, name="refund_withdraw"),
    path("refunds/<str:number>/settle", deciding.refund_settle, name="refund_settle"),
    path("refunds/<str:number>/dispute", deciding.refund_dispute, name="refund_dispute"),
    path("orders/<str:number>/refund", deciding.refund_request, name="refund_request"),
    path("statements", statements.statements, name="statements"),
    path("statements/import", statements.statement_import, name="statement_import"),
    path("statements/<int:statement_id>", statements.statement, name="statement"),
    path("statements/<int:statement_id>/compare", statements.statement_compare, name="statement_compare"),
    path("differences/<int:difference_id>/settle", statements.difference_settle, name="difference_settle"),
    path("providers", providers.providers, name="payment_providers"),
    path("providers/register", providers.provider_register, name="provider_register"),
    path("providers/<slug:code>", connecting.provider, name="payment_provider"),
    path("providers/<slug:code>/check", connecting.provider_check, name="provider_check"),
    path("providers/<slug:code>/connect", connecting.provider_connect, name="provider_connect"),
]
