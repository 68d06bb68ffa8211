"""Addresses of stock."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.stock import views

urlpatterns = [
    path("", views.stock, name="stock"),
    path("move", views.stock_move, name="stock_move"),
    path("items/<int:item_id>", views.stock_item, name="stock_item"),
    path("items/<int:item_id>/substitutes", views.stock_substitutes, name="stock_substitutes"),
]
