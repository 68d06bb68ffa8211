"""Advice about customers of cases: return rate, worn goods, missing pieces, rings, serials; a constant number of reads.

It feeds no decision: neither the policy nor `trusted` asks for it. Source: RET-7; docs/decisions/0038.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.db import connection
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.catalog import queries as catalog
from steward.modules.orders.queries.rings import customer_rings
from steward.modules.returns.models import ShopProfile
from steward.modules.returns.queries.goodwill_words import SHARED
from steward.modules.returns.rules import advice as rules

PACKAGE = "steward.modules.returns"
REACH = timedelta(days=365)


class Advice(Struct, frozen=True):
    """One thing to look at before deciding, with its facts."""

    code: str
    facts: dict[str, Any]

    @property
    def words(self) -> str:
        """Say it, with the facts behind it."""
        return _said(self.code, self.facts)


def advice_of(customer_ids: Collection[int], *, now: datetime) -> dict[int, list[Advice]]:
    """List what to look at about customers, by id; five statements however many. Nothing is decided by it."""
    if not customer_ids:
        return {}
    since = now - REACH
    wanted = {"ids": arrays.integers(sorted(set(customer_ids))), "since": since}
    bought = _rows("bought_and_returned", wanted)
    cases = _cases(wanted)
    rings = customer_rings(customer_ids, since=since)
    profiles = _profiles({row[1] for row in bought})
    serials = {serial for ones in cases.values() for one in ones for serial in one.serials}
    seen = {row[0] for row in _rows("serials_elsewhere", {"serials": arrays.texts(sorted(serials))})} if serials else ()
    days = _holidays({one.shop for ones in cases.values() for one in ones}, now)
    found: dict[int, list[Advice]] = {}
    for customer_id in customer_ids:
        own = [rules.Bought(*row[1:]) for row in bought if row[0] == customer_id]
        rates = [sign for one in own if (sign := rules.outlier(one, profiles.get(one.shop))) is not None]
        signs = [
            *rates,
            *rules.of_cases(cases.get(customer_id, []), days, seen),
            *rules.of_ring(rings.get(customer_id, {})),
        ]
        found[customer_id] = [Advice(one.code, one.facts) for one in signs]
    return found


def _rows(name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, name), dict(parameters))
        return list(cursor.fetchall())


def _cases(wanted: Mapping[str, Any]) -> dict[int, list[rules.PastCase]]:
    shops = catalog.shops_by_code()
    found: dict[int, list[rules.PastCase]] = {}
    for customer_id, number, shop, fault, asked_at, placed, until, used, short, serials in _rows("past_cases", wanted):
        zone = ZoneInfo(shops[shop].time_zone) if shop in shops else UTC
        case = rules.PastCase(
            number=number,
            shop=shop,
            fault=fault,
            requested_at=asked_at,
            placed_date=placed.astimezone(zone).date(),
            requested_date=asked_at.astimezone(zone).date(),
            until=datetime.fromisoformat(until) if until else None,
            used=bool(used),
            short=short,
            serials=tuple(serials),
        )
        found.setdefault(customer_id, []).append(case)
    return found


def _profiles(shops: Collection[str]) -> dict[str, rules.Profile]:
    rows = ShopProfile.objects.filter(shop__in=shops)
    return {row.shop: rules.Profile(row.customers, row.mean, row.variance, row.p90) for row in rows}


def _holidays(shops: Collection[str], now: datetime) -> dict[str, frozenset[date]]:
    """List the public holidays of the shops' countries over the last year."""
    known = catalog.shops_by_code()
    found = {}
    for shop in shops:
        country = known[shop].country if shop in known else ""
        is_known = country in holidays.list_supported_countries()
        days = holidays.country_holidays(country, years=[now.year - 1, now.year]) if is_known else {}
        found[shop] = frozenset(days)
    return found


def _said(code: str, facts: Mapping[str, Any]) -> str:
    if code == "rate":
        said = _(
            "Sends back %(percent)s %% by value (surely %(at_least)s %%); customers of %(shop)s send back %(usual)s %%,"
            " nine in ten at most %(p90)s %%."
        )
        return said % facts
    if code == "ring":
        return _("Shares the %(what)s with %(others)s other customers.") % {
            "what": SHARED.get(facts["kind"], facts["kind"]),
            "others": facts["others"],
        }
    texts = {
        "used": _("Goods they changed their mind about came back opened or worn %(count)s times (%(cases)s)."),
        "late": _("%(count)s times sent back in the last two days of the window (%(cases)s)."),
        "festive": _("%(count)s times bought shortly before a holiday and sent back after it (%(cases)s)."),
        "short": _("Pieces were missing or something else in %(count)s parcels (%(cases)s)."),
        "serial": _("A serial number came back before from another order (%(cases)s)."),
    }
    return texts[code] % {"count": facts["count"], "cases": ", ".join(facts["cases"])}
