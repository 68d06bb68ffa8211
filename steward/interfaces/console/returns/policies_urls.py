"""Addresses of the return policy."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.returns import policies, policies_bench, policies_editor, policies_reasons

urlpatterns = [
    path("policies/", policies.policy_list, name="return_policies"),
    path("policies/edit", policies_editor.policy_edit, name="return_policy_edit"),
    path("policies/bench", policies_bench.policy_bench, name="return_policy_bench"),
    path("policies/versions/<int:version>", policies.policy_version, name="return_policy_version"),
    path("policies/backtests/<int:backtest_id>", policies.policy_backtest, name="return_backtest"),
    path("policies/reasons", policies_reasons.reason_list, name="return_reasons"),
    path("policies/reasons/new", policies_reasons.reason_new, name="return_reason_new"),
    path("policies/reasons/<slug:code>", policies_reasons.reason_edit, name="return_reason"),
]
