"""Addresses of allocation."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.fulfilment import ordering, policy, waves

urlpatterns = [
    path("", waves.waves, name="waves"),
    path("start", waves.wave_start, name="wave_start"),
    path("policy", policy.policy, name="allocation_policy"),
    path("policy/save", policy.policy_save, name="allocation_policy_save"),
    path("policy/try/<int:backtest_id>", policy.backtest, name="allocation_backtest"),
    path("waves/<str:number>", waves.wave, name="wave"),
    path("waves/<str:number>/apply", waves.wave_apply, name="wave_apply"),
    path("waves/<str:number>/discard", waves.wave_discard, name="wave_discard"),
    path("orders/<str:number>/allocate", ordering.order_allocate, name="order_allocate"),
    path("orders/<str:number>/deallocate", ordering.order_deallocate, name="order_deallocate"),
]
