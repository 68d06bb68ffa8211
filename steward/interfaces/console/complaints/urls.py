"""Addresses of complaints and of asking afterwards."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.complaints import acting, analysis, follow_ups, pages, settings

urlpatterns = [
    path("", pages.complaints, name="complaints"),
    path("new", acting.complaint_new, name="complaint_new"),
    path("analysis", analysis.complaint_analysis, name="complaint_analysis"),
    path("analysis.csv", analysis.complaint_csv, name="complaint_csv"),
    path("types", settings.complaint_trees, name="complaint_trees"),
    path("types/<slug:tree>", settings.complaint_branch_save, name="complaint_branch_save"),
    path("follow-ups", follow_ups.follow_ups, name="follow_ups"),
    path("follow-ups/policies", follow_ups.follow_up_policies, name="follow_up_policies"),
    path("follow-ups/<int:follow_up_id>", follow_ups.follow_up_note, name="follow_up_note"),
    path("<str:number>", pages.complaint, name="complaint"),
    path("<str:number>/restate", acting.complaint_restate, name="complaint_restate"),
    path("<str:number>/move", acting.complaint_move, name="complaint_move"),
    path("<str:number>/close", acting.complaint_close, name="complaint_close"),
    path("<str:number>/measures", acting.complaint_measure, name="complaint_measure"),
    path("<str:number>/calls", acting.complaint_call, name="complaint_call"),
    path("<str:number>/compensation", acting.complaint_compensation, name="complaint_compensation"),
]
