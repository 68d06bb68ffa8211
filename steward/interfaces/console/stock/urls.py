"""Addresses of stock."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.stock import (
    clearing,
    counting,
    health,
    items,
    replenishment,
    stocktakes,
    supply,
    views,
    write_offs,
)

urlpatterns = [
    path("", views.stock, name="stock"),
    path("move", views.stock_move, name="stock_move"),
    path("items/<int:item_id>", items.stock_item, name="stock_item"),
    path("items/<int:item_id>/substitutes", items.stock_substitutes, name="stock_substitutes"),
    path("items/<int:item_id>/components", items.stock_components, name="stock_components"),
    path("items/<int:item_id>/regrade", items.stock_regrade, name="stock_regrade"),
    path("supply", supply.supplies, name="supplies"),
    path("supply/new", supply.supply_new, name="supply_new"),
    path("supply/differences/<int:difference_id>/settle", supply.difference_settle, name="supply_difference_settle"),
    path("supply/<str:number>", supply.supply, name="supply"),
    path("supply/<str:number>/receive", supply.supply_receive, name="supply_receive"),
    path("supply/<str:number>/send", supply.supply_send, name="supply_send"),
    path("supply/<str:number>/cancel", supply.supply_cancel, name="supply_cancel"),
    path("supply/<str:number>/expect", supply.supply_expect, name="supply_expect"),
    path("replenishment", replenishment.replenishment, name="replenishment"),
    path("replenishment/order", replenishment.replenishment_order, name="replenishment_order"),
    path("replenishment/point", replenishment.replenishment_point, name="replenishment_point"),
    path("slow", clearing.stock_slow, name="stock_slow"),
    path("slow/export", clearing.stock_slow_export, name="stock_slow_export"),
    path("slow/propose", clearing.stock_propose, name="stock_propose"),
    path("expiring", clearing.stock_expiring, name="stock_expiring"),
    path("expiring/export", clearing.stock_expiring_export, name="stock_expiring_export"),
    path("write-offs", write_offs.write_offs, name="write_offs"),
    path("write-offs/new", write_offs.write_off_new, name="write_off_new"),
    path("write-offs/<str:number>", write_offs.write_off, name="write_off"),
    path("write-offs/<str:number>/withdraw", write_offs.write_off_withdraw, name="write_off_withdraw"),
    path("stocktakes", stocktakes.stocktakes, name="stocktakes"),
    path("stocktakes/new", stocktakes.stocktake_new, name="stocktake_new"),
    path("stocktakes/sheets/<int:sheet_id>", counting.count_sheet, name="count_sheet"),
    path("stocktakes/sheets/<int:sheet_id>/scan", counting.count_scan, name="count_scan"),
    path("stocktakes/sheets/<int:sheet_id>/lines/<int:line_id>", counting.count_set, name="count_set"),
    path("stocktakes/sheets/<int:sheet_id>/other", counting.count_other, name="count_other"),
    path("stocktakes/sheets/<int:sheet_id>/hand-in", counting.count_hand_in, name="count_hand_in"),
    path("stocktakes/<str:number>", stocktakes.stocktake, name="stocktake"),
    path("stocktakes/<str:number>/recount", stocktakes.stocktake_recount, name="stocktake_recount"),
    path("stocktakes/<str:number>/submit", stocktakes.stocktake_submit, name="stocktake_submit"),
    path("stocktakes/<str:number>/cancel", stocktakes.stocktake_cancel, name="stocktake_cancel"),
    path("health", health.stock_health, name="stock_health"),
    path("health/prove", health.stock_prove, name="stock_prove"),
]
