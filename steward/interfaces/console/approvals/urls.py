"""Addresses of approvals and of the check of entries."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.approvals import accuracy, entries, inbox, policies

urlpatterns = [
    path("", inbox.approvals, name="approvals"),
    path("bulk", inbox.approvals_bulk, name="approvals_bulk"),
    path("<int:approval_id>", inbox.approval, name="approval"),
    path("<int:approval_id>/decide", inbox.approval_decide, name="approval_decide"),
    path("policies", policies.policies, name="approval_policies"),
    path("policies/<slug:kind>", policies.policy, name="approval_policy"),
    path("entries", entries.verifications, name="verifications"),
    path("entries/bulk", entries.verifications_bulk, name="verifications_bulk"),
    path("entries/accuracy", accuracy.entry_accuracy, name="entry_accuracy"),
    path("entries/files/<int:source_id>", entries.entry_file, name="entry_file"),
    path("entries/<str:number>", entries.verification, name="verification"),
    path("entries/<str:number>/source", entries.verification_source, name="verification_source"),
    path("entries/<str:number>/rekey", entries.verification_rekey, name="verification_rekey"),
    path("entries/<str:number>/verdict", entries.verification_verdict, name="verification_verdict"),
]
