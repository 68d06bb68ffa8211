"""Addresses of carriers."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.carriers import deciding, files, quoting, scorecards, services, tariff_mappings, tariffs

urlpatterns = [
    path("", files.carriers, name="carriers"),
    path("new", files.carrier_new, name="carrier_new"),
    path("quotes", quoting.quotes, name="quotes"),
    path("scorecards", scorecards.scorecards, name="scorecards"),
    path("tariff-mappings", tariff_mappings.tariff_mappings, name="tariff_mappings"),
    path("tariff-mappings/new", tariff_mappings.tariff_mapping_new, name="tariff_mapping_new"),
    path("tariff-mappings/<slug:mapping_code>", tariff_mappings.tariff_mapping, name="tariff_mapping"),
    path("photos/<int:photo_id>", files.visit_photo, name="visit_photo"),
    path("services/<slug:service_code>/tariff", tariffs.tariff, name="tariff"),
    path("services/<slug:service_code>/tariff/new", tariffs.tariff_new, name="tariff_new"),
    path("services/<slug:service_code>", services.service_edit, name="service"),
    path("<slug:carrier_code>", files.carrier, name="carrier"),
    path("<slug:carrier_code>/edit", files.carrier_edit, name="carrier_edit"),
    path("<slug:carrier_code>/decide", deciding.carrier_decide, name="carrier_decide"),
    path("<slug:carrier_code>/visits", deciding.carrier_visit, name="carrier_visit"),
    path("<slug:carrier_code>/services/new", services.service_new, name="service_new"),
    path("<slug:carrier_code>/scorecard", scorecards.scorecard, name="scorecard"),
]
