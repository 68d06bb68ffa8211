"""Addresses of screening."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.screening import backtests, holds, lists, rules

urlpatterns = [
    path("", holds.holds, name="holds"),
    path("orders/<str:number>", holds.hold, name="hold"),
    path("orders/<str:number>/release", holds.hold_release, name="hold_release"),
    path("orders/<str:number>/reject", holds.hold_reject, name="hold_reject"),
    path("orders/<str:number>/list", holds.hold_list, name="hold_list"),
    path("rules", rules.rules_in_force, name="screening_rules"),
    path("rules/new", rules.rules_edit, name="screening_rules_edit"),
    path("rules/<int:version>", rules.rules_version, name="screening_rules_version"),
    path("rules/<int:version>/activate", rules.rules_activate, name="screening_rules_activate"),
    path("lists", lists.entries, name="screening_lists"),
    path("lists/add", lists.entry_add, name="screening_entry_add"),
    path("lists/<int:entry_id>/end", lists.entry_end, name="screening_entry_end"),
    path("backtests", backtests.backtests, name="backtests"),
    path("backtests/start", backtests.backtest_start, name="backtest_start"),
    path("backtests/<int:backtest_id>", backtests.backtest, name="backtest"),
]
