"""Payment providers: whom they serve, and whether refunds reach them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.payments.connecting import kind_words
from steward.modules.catalog import queries as catalog
from steward.modules.payments import commands, queries


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


def _page(request: StaffRequest, **made: Any) -> HttpResponse:
    shops, kinds = {shop.code: shop.name for shop in catalog.shops()}, kind_words()
    rows = [(one, [shops.get(code, code) for code in one.shops], kinds[one.connector]) for one in queries.providers()]
    facts = {"rows": rows, "shops": list(shops.items()), "made": made}
    return render(request, "console/payments/providers.html", facts)
