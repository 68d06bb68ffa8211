"""One payment provider: how it is reached, the keys it knows us by, how statements are read, whether it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import errors, moment
from steward.modules.catalog import queries as catalog
from steward.modules.payments import commands, queries
from steward.modules.payments.ports import UnfitKey
from steward.modules.payments.rules.connecting import CONNECTORS, Field

MANAGE = "settings.tokens"
PLAIN = "signed_http"


def kind_words() -> dict[str, str]:
    """Name the kinds of providers."""
    return {
        "alipay": _("Alipay"),
        "wechatpay": _("WeChat Pay (APIv3)"),
        "stripe": _("Stripe"),
        PLAIN: _("A provider with signed calls"),
        "": _("None: refunds are paid by hand"),
    }


def _field_words(name: str, kind: str) -> tuple[str, str]:
    """Name a fact about our account, and say where to find it."""
    of_alipay = kind == "alipay"
    words = {
        "app_id": (_("AppID"), _("Alipay Open Platform: Console → the application.")),
        "private_key": (
            _("Our private key"),
            _("RSA2, as Alipay's key tool writes it.") if of_alipay else _("The content of apiclient_key.pem."),
        ),
        "alipay_public_key": (
            _("Alipay's public key"),
            _("Console → Development settings → Interface signing; not our own public key."),
        ),
        "mchid": (_("Merchant number"), _("WeChat Pay merchant platform: Account Center → Merchant information.")),
        "serial_no": (
            _("Serial number of our certificate"),
            _("Account Center → API security → Merchant certificate."),
        ),
        "platform_key_id": (
            _("ID of WeChat Pay's public key"),
            _("PUB_KEY_ID_…; of a platform certificate its serial number."),
        ),
        "platform_key": (_("WeChat Pay's public key"), _("The content of pub_key.pem, or the platform certificate.")),
        "further_keys": (
            _("Further keys of WeChat Pay"),
            _("While WeChat Pay changes its key: the ID or serial number on a line, its key below. Delete them later."),
        ),
        "apiv3_key": (_("APIv3 key"), _("32 characters; Account Center → API security.")),
        "secret_key": (_("Secret key"), _("sk_live_… or rk_live_… with refunds, payments and balance.")),
        "webhook_secret": (_("Secret of the webhook"), _("whsec_…; Developers → Webhooks → the endpoint.")),
        "shop": (_("Shop"), _("Whose order numbers the provider is given where they are not our own.")),
    }
    return words[name]


def _served(request: StaffRequest, code: str) -> queries.ProviderView:
    """Read a provider all of whose shops are the reader's. Raises: NotFound."""
    known = queries.get_provider(code)
    if not all(request.actor.covers(shop) for shop in known.shops):
        raise errors.NotFound(key=code)
    return known


@require_GET
@needs(MANAGE)
def provider(request: StaffRequest, code: str) -> HttpResponse:
    """Show how a provider is reached; `kind` offers the fields of another kind."""
    known = _served(request, code)
    kind = request.GET.get("kind", known.connector or "")
    return _page(request, known, kind if kind in CONNECTORS else "", known.settings, {})


@never_cache
@require_POST
@needs(MANAGE)
def provider_connect(request: StaffRequest, code: str) -> HttpResponse:
    """Name how a provider is reached, and how its statements are read; keys left empty stay as they are."""
    known = _served(request, code)
    address = request.POST.get("address", "").strip()[:200]
    kind = request.POST.get("connector", PLAIN if address else "")
    to = reverse("payment_provider", args=[code])
    try:
        mapping = json.loads(request.POST.get("mapping", "").strip() or "{}")
    except (ValueError, RecursionError):
        return say(request, _("The mapping is no JSON object."), tone="warning", to=to)
    fields = CONNECTORS[kind].fields if kind in CONNECTORS else ()
    typed = {one.name: request.POST.get(one.name, "").replace("\r\n", "\n").strip() for one in fields}
    try:
        commands.connect_provider(
            request.actor, code=code, connector=kind, address=address, statement_mapping=mapping, fields=typed
        )
    except errors.BadInput as refusal:
        return _page(request, known, kind, typed, errors_by_field(refusal.findings), address)
    except UnfitKey as refusal:
        name = str(refusal.params["field"])
        fault = _("This holds no key that can be read. Copy it whole.")
        return _page(request, known, kind, typed, {name: fault}, address)
    return say(request, _("%(code)s is saved.") % {"code": code}, to=to)


@require_POST
@needs(MANAGE)
def provider_check(request: StaffRequest, code: str) -> HttpResponse:
    """Ask the provider about a refund that never was, and say whether it answered as it should."""
    _served(request, code)
    to = reverse("payment_provider", args=[code])
    answer = commands.ask_for_nothing(code)
    fault = commands.note_check(request.actor, code=code, answer=answer, now=moment.now())
    if fault:
        text = _("The provider does not answer as it should: %(why)s.") % {"why": fault}
        return say(request, text, tone="danger", to=to)
    return say(request, _("The provider answers and knows us."), to=to)


def _page(
    request: StaffRequest,
    known: queries.ProviderView,
    kind: str,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    address: str = "",
) -> HttpResponse:
    kept = set(queries.provider_keys(known.id)) if known.connector == kind else set()
    fields = CONNECTORS[kind].fields if kind else ()
    shops = {shop.code: shop.name for shop in catalog.shops() if shop.code in known.shops}
    facts = {
        "one": known,
        "shops": list(shops.values()),
        "kind": kind,
        "kinds": list(kind_words().items()),
        "kind_now": kind_words()[known.connector],
        "fields": [_shown(field, kind, typed, faults, kept, shops) for field in fields],
        "address": address or (known.address if known.connector == kind else ""),
        "usual": CONNECTORS[kind].address if kind else "",
        "mapping": json.dumps(known.statement_mapping, ensure_ascii=False) if known.statement_mapping else "",
        "callback": f"{settings.PUBLIC_URL}{reverse('payment_callback', args=[known.code])}",
    }
    return render(request, "console/payments/provider.html", facts, status=422 if faults else 200)


def _shown(
    field: Field,
    kind: str,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    kept: set[str],
    shops: Mapping[str, str],
) -> dict[str, Any]:
    label, help_ = _field_words(field.name, kind)
    if field.name in kept:
        help_ = " ".join([help_, _("Kept; leave it empty to keep it so.")])
    choices = [("", _("Our own numbers only")), *shops.items()] if field.name == "shop" else []
    return {
        "name": field.name,
        "label": label,
        "help": help_,
        "error": faults.get(field.name, ""),
        "value": "" if field.secret else typed.get(field.name, ""),
        "secret": field.secret,
        "long": field.long,
        "required": field.required and field.name not in kept,
        "choices": choices,
    }
