"""Addresses of the desk of exceptions."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.exceptions import acting, desk, figures, rules

urlpatterns = [
    path("", desk.exceptions, name="exceptions"),
    path("take", acting.exceptions_take, name="exceptions_take"),
    path("causes", figures.exception_causes, name="exception_causes"),
    path("rules", rules.exception_rules, name="exception_rules"),
    path("rules/causes", rules.exception_cause_save, name="exception_cause_save"),
    path("rules/<slug:code>", rules.exception_rule_change, name="exception_rule_change"),
    path("mutes/<int:mute_id>/end", rules.mute_end, name="mute_end"),
    path("orders/<str:number>", acting.change_request, name="change_request"),
    path("<int:exception_id>", desk.exception, name="exception"),
    path("<int:exception_id>/take", acting.exception_take, name="exception_take"),
    path("<int:exception_id>/note", acting.exception_note, name="exception_note"),
    path("<int:exception_id>/cause", acting.exception_cause, name="exception_cause"),
    path("<int:exception_id>/solve", acting.exception_solve, name="exception_solve"),
    path("<int:exception_id>/dismiss", acting.exception_dismiss, name="exception_dismiss"),
    path("<int:exception_id>/reopen", acting.exception_reopen, name="exception_reopen"),
    path("<int:exception_id>/mute", rules.exception_mute, name="exception_mute"),
]
