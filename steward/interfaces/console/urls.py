"""Addresses of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from steward.interfaces.console import account_urls, shell_views

AREAS = {
    "": "home",
    "orders/": "orders",
    "exceptions/": "exceptions",
    "process/": "process",
    "approvals/": "approvals",
    "imports/": "imports",
    "mappings/": "mappings",
    "jobs/": "jobs",
    "allocation/": "fulfilment",
    "shipping/": "shipping",
    "returns/": "returns",
    "compensation/": "compensations",
    "stock/": "stock",
    "carriers/": "carriers",
    "surge/": "surge",
    "screening/": "screening",
    "payments/": "payments",
    "desk/": "desk",
    "calls/": "calls",
    "complaints/": "complaints",
    "messages/": "messaging",
    "settings/": "settings",
    "people/": "people",
    "customers/": "customers",
    "stations/": "stations",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(account_urls)),
    path("counts", shell_views.counts, name="counts"),
    path("search", shell_views.search, name="search"),
    path("search/hits", shell_views.search_hits, name="search_hits"),
    path("help/keys", shell_views.keys, name="keys"),
    path("language", shell_views.choose_language, name="choose_language"),
    path("theme", shell_views.choose_theme, name="choose_theme"),
    *(path(prefix, include(f"steward.interfaces.console.{area}.urls")) for prefix, area in AREAS.items()),
]
