"""Addresses of quality review."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.desk import quality, quality_report, quality_scoring, quality_setting

urlpatterns = [
    path("", quality.quality_reviews, name="quality_reviews"),
    path("mine", quality.quality_mine, name="quality_mine"),
    path("coaching/<int:coaching_id>/done", quality.coaching_done, name="coaching_done"),
    path("begin", quality_scoring.review_begin, name="review_begin"),
    path("reviews/<int:review_id>", quality_scoring.quality_review, name="quality_review"),
    path("reviews/<int:review_id>/score", quality_scoring.review_score, name="review_score"),
    path("reviews/<int:review_id>/take", quality_scoring.review_take, name="review_take"),
    path("reviews/<int:review_id>/drop", quality_scoring.review_drop, name="review_drop"),
    path("reviews/<int:review_id>/answer", quality_scoring.review_answer, name="review_answer"),
    path("reviews/<int:review_id>/decide", quality_scoring.review_decide, name="review_decide"),
    path("reviews/<int:review_id>/second", quality_scoring.review_second, name="review_second"),
    path("reviews/<int:review_id>/coach", quality_scoring.review_coach, name="review_coach"),
    path("plans", quality_setting.quality_plans, name="quality_plans"),
    path("plans/save", quality_setting.quality_plan_save, name="quality_plan_save"),
    path("plans/<int:plan_id>/draw", quality_setting.quality_draw, name="quality_draw"),
    path("sheets", quality_setting.score_sheets, name="score_sheets"),
    path("sheets/save", quality_setting.score_sheet_save, name="score_sheet_save"),
    path("sheets/<slug:code>", quality_setting.score_sheet, name="score_sheet"),
    path("sheets/<slug:code>/retire", quality_setting.score_sheet_retire, name="score_sheet_retire"),
    path("report", quality_report.quality_results, name="quality_results"),
    path("report/rows", quality_report.quality_rows, name="quality_rows"),
]
