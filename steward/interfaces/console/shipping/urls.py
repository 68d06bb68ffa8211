"""Addresses of shipping."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.shipping import claims, desk, listing, printing, table, tracking

urlpatterns = [
    path("", listing.shipments, name="shipments"),
    path("bulk", desk.shipments_bulk, name="shipments_bulk"),
    path("pick-list", listing.picks, name="pick_list"),
    path("table", table.find, name="packing_table"),
    path("table/<str:number>", table.table, name="packing"),
    path("table/<str:number>/scan", table.scan, name="packing_scan"),
    path("table/<str:number>/pack", table.pack, name="packing_pack"),
    path("table/<str:number>/back", table.back, name="packing_back"),
    path("table/<str:number>/weigh", table.weigh, name="packing_weigh"),
    path("hand-over", desk.handing_over, name="hand_over"),
    path("prints", printing.prints, name="prints"),
    path("prints/<int:run_id>", printing.print_run, name="print_run"),
    path("prints/<int:run_id>/file", printing.print_file, name="print_file"),
    path("tracking", tracking.desk, name="tracking_desk"),
    path("tracking/explain", tracking.explain, name="tracking_explain"),
    path("tracking/source", tracking.source, name="tracking_source"),
    path("tracking/rule", tracking.rule, name="tracking_rule"),
    path("tracking/file", tracking.file, name="tracking_file"),
    path("claims", claims.claims, name="claims"),
    path("claims/open", claims.claim_open, name="claim_open"),
    path("claims/<str:number>", claims.claim, name="claim"),
    path("claims/<str:number>/evidence", claims.claim_evidence, name="claim_evidence"),
    path("claims/<str:number>/proof/<int:evidence_id>", claims.claim_proof, name="claim_proof"),
    path("claims/<str:number>/<slug:verb>", claims.claim_step, name="claim_step"),
    path("<str:number>", listing.shipment, name="shipment"),
    path("<str:number>/service", desk.shipment_service, name="shipment_service"),
    path("<str:number>/label", desk.shipment_label, name="shipment_label"),
    path("<str:number>/returns", desk.shipment_return, name="shipment_return"),
    path("<str:number>/cancel", desk.shipment_cancel, name="shipment_cancel"),
    path("<str:number>/tracking", desk.parcel_tracking, name="parcel_tracking"),
]
