"""Addresses of customers' own pages."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.portal.my import cases, orders, personal, places, repairs, requesting, signing_in, wallet

urlpatterns = [
    path("", orders.my_orders, name="my_orders"),
    path("sign-in", signing_in.sign_in, name="my_sign_in"),
    path("code", signing_in.code, name="my_code"),
    path("sign-out", signing_in.sign_out, name="my_sign_out"),
    path("orders/<str:number>", orders.my_order, name="my_order"),
    path("offers/<int:offer_id>", orders.my_offer, name="my_offer"),
    path("orders/<str:number>/return", requesting.ask, name="my_request"),
    path("cases", cases.my_cases, name="my_cases"),
    path("cases/<str:number>", cases.my_case, name="my_case"),
    path("cases/<str:number>/parcel", cases.announce, name="my_parcel"),
    path("cases/<str:number>/choice", cases.choose, name="my_choice"),
    path("cases/<str:number>/guidance", cases.guided, name="my_guided"),
    path("cases/<str:number>/withdraw", cases.withdraw, name="my_withdraw"),
    path("repairs/<str:number>", repairs.my_repair, name="my_repair"),
    path("visits", places.my_appointments, name="my_appointments"),
    path("visits/new", places.book, name="my_book"),
    path("visits/<int:appointment_id>/move", places.move, name="my_appointment_move"),
    path("visits/<int:appointment_id>/cancel", places.cancel, name="my_appointment_cancel"),
    path("wallet", wallet.my_wallet, name="my_wallet"),
    path("help", personal.my_help, name="my_help"),
    path("me", personal.me, name="my_data"),
    path("me/preferences", personal.my_preferences, name="my_preferences"),
    path("me/export", personal.export, name="my_export"),
    path("me/erase", personal.ask_erasure, name="my_erase"),
    path("<path:rest>", personal.nothing, name="my_nothing"),
]
