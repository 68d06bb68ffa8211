"""Payment providers: whom they serve, how they are reached, how their statements are read."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.modules.catalog import queries as catalog
from steward.modules.payments import commands, queries

CONNECTOR = "signed_http"


@require_GET
@needs("settings.tokens")
def providers(request: StaffRequest) -> HttpResponse:
    """Show who may call back, for which shops, and how they are reached."""
    return _page(request)


@never_cache
@require_POST
@needs("settings.tokens")
def provider_register(request: StaffRequest) -> HttpResponse:
    """Register a provider, or give it other shops and a new secret, which is shown this once."""
    code = request.POST.get("code", "").strip()
    if not (code.isascii() and code.replace("-", "").replace("_", "").isalnum() and len(code) <= 40):
        return say(request, _("The code of a provider is made of Latin letters, digits and hyphens."), tone="warning")
    secret = commands.register_provider(
        request.actor,
        code=code.lower(),
        name=request.POST.get("name", "").strip()[:80] or code,
        shops=request.POST.getlist("shops"),
    )
    return _page(request, code=code.lower(), secret=secret)


@require_POST
@needs("settings.tokens")
def provider_connect(request: StaffRequest, code: str) -> HttpResponse:
    """Name where a provider is reached, and how its statements are read."""
    address = request.POST.get("address", "").strip()[:200]
    try:
        mapping = json.loads(request.POST.get("mapping", "").strip() or "{}")
    except (ValueError, RecursionError):
        return say(request, _("The mapping is no JSON object."), tone="warning", to=reverse("payment_providers"))
    commands.connect_provider(
        request.actor,
        code=code,
        connector=CONNECTOR if address else "",
        address=address,
        statement_mapping=mapping,
    )
    return say(request, _("%(code)s is saved.") % {"code": code}, to=reverse("payment_providers"))


def _page(request: StaffRequest, **made: Any) -> HttpResponse:
    shops = {shop.code: shop.name for shop in catalog.shops()}
    rows = [
        (one, [shops.get(code, code) for code in one.shops], json.dumps(one.statement_mapping, ensure_ascii=False))
        for one in queries.providers()
    ]
    facts = {"rows": rows, "shops": list(shops.items()), "made": made}
    return render(request, "console/payments/providers.html", facts)
