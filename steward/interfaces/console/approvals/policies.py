"""Who has to agree to what: tiers per kind and currency, with a preview and the versions there were."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from msgspec import structs

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import errors, money
from steward.modules.approvals import commands, queries, rules
from steward.modules.people import queries as people

VIEW = "approvals.view"
CHANGE = "settings.policies"
HOUR_S = 3600
MOST_HOURS = 90 * 24
COLUMNS = ("currency", "from", "deciders", "role", "hours")


@require_GET
@needs(VIEW)
def policies(request: StaffRequest) -> HttpResponse:
    """List, by kind, who has to agree from which amount on."""
    roles, labels = people.role_labels(), queries.kind_labels()
    found = queries.policies()
    rows = [
        {
            "policy": one,
            "kind": labels.get(one.kind, one.kind),
            "tiers": [_shown(tier, roles) for tier in _sorted(one.tiers)],
        }
        for one in found
    ]
    facts = {"rows": rows, "names": people.actor_names({one.set_by for one in found})}
    return render(request, "console/approvals/policies.html", facts)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def policy(request: StaffRequest, kind: str) -> HttpResponse:
    """Edit the tiers of one kind; `amount` and `currency` preview what a request would need under what is typed."""
    versions = queries.policy_versions(kind)
    if not versions:
        raise Http404
    current = versions[0]
    typed, problems = _typed(request.POST) if request.method == "POST" else ([_row(tier) for tier in current.tiers], [])
    tiers: list[rules.Tier] = []
    if not problems:
        tiers, problems = _tiers(typed)
    do = request.POST.get("do", "")
    if do == "save" and not problems:
        try:
            version = row_number(request.POST.get("version", "")) or 0
            commands.set_policy(request.actor, kind=kind, tiers=tiers, version=version)
        except errors.BadInput as refused:
            problems = [str(one["reason"]) for one in refused.findings]
        else:
            return say(request, _("In force from now on."), to=reverse("approval_policy", args=[kind]))
    return render(request, "console/approvals/policy.html", _facts(request, versions, typed, tiers, problems))


def _facts(
    request: StaffRequest,
    versions: list[queries.PolicyView],
    typed: list[dict[str, str]],
    tiers: list[rules.Tier],
    problems: list[str],
) -> dict[str, Any]:
    roles = people.role_labels()
    given = request.POST if request.method == "POST" else request.GET
    currency = given.get("try_currency") or next((tier.currency for tier in tiers if tier.currency), "")
    amount = given.get("try_amount") or "600"
    names = people.actor_names({one.set_by for one in versions})
    return {
        "kind": versions[0].kind,
        "label": queries.kind_labels().get(versions[0].kind, versions[0].kind),
        "version": versions[0].version,
        "typed": [*typed, dict.fromkeys(COLUMNS, "")],
        "roles": sorted(roles.items(), key=lambda pair: pair[1]),
        "problems": problems,
        "try_amount": amount,
        "try_currency": currency,
        "has_money": any(tier.currency for tier in tiers),
        "preview": _preview(tiers, amount, currency, roles) if tiers else "",
        "versions": [
            (one, names.get(one.set_by, one.set_by), [_shown(tier, roles) for tier in _sorted(one.tiers)])
            for one in versions
        ],
    }


def _preview(tiers: list[rules.Tier], amount: str, currency: str, roles: dict[str, str]) -> str:
    """Say what a request of this amount would need."""
    amount_minor = 0
    if currency:
        try:
            amount_minor = money.to_minor(amount, currency)
        except (ValueError, KeyError):
            return _("“%(typed)s” is no amount of money. Write it as 12.50.") % {"typed": amount}
    tier = rules.tier_for(tiers, amount_minor=amount_minor, currency=currency)
    who = _need(tier, roles) if tier else _("nobody has to agree")
    if not currency:
        return _("A request would need: %(who)s.") % {"who": who}
    said = {"amount": f"{money.to_decimal(amount_minor, currency)} {currency}", "who": who}
    return _("A request over %(amount)s would need: %(who)s.") % said


def _need(tier: rules.Tier, roles: dict[str, str]) -> str:
    if not tier.deciders:
        return _("nobody has to agree")
    who = roles.get(tier.role, tier.role) if tier.role else _("anybody who may decide")
    people_text = ngettext("%(count)s person", "%(count)s people", tier.deciders) % {"count": tier.deciders}
    hours = f"{tier.within_s / HOUR_S:g}"
    return _("%(people)s (%(role)s) within %(hours)s h") % {"people": people_text, "role": who, "hours": hours}


def _shown(tier: rules.Tier, roles: dict[str, str]) -> dict[str, Any]:
    return {"tier": tier, "need": _need(tier, roles)}


def _sorted(tiers: list[rules.Tier]) -> list[rules.Tier]:
    return sorted(tiers, key=lambda tier: (tier.currency, tier.from_minor))


def _row(tier: rules.Tier) -> dict[str, str]:
    """Write a tier as the form shows it."""
    amount = str(money.to_decimal(tier.from_minor, tier.currency)) if tier.currency else ""
    return {
        "currency": tier.currency,
        "from": amount,
        "deciders": str(tier.deciders),
        "role": tier.role,
        "hours": f"{tier.within_s / HOUR_S:g}",
    }


def _typed(data: QueryDict) -> tuple[list[dict[str, str]], list[str]]:
    """Read the rows as they were typed; a row without a number of people is taken away."""
    columns = [data.getlist(f"tier_{name}") for name in COLUMNS]
    rows = [
        dict(zip(COLUMNS, (value.strip() for value in values), strict=True)) for values in zip(*columns, strict=False)
    ]
    return [row for row in rows if row["deciders"]][: rules.MOST_TIERS + 1], []


def _tiers(typed: list[dict[str, str]]) -> tuple[list[rules.Tier], list[str]]:
    """Turn typed rows into tiers; what cannot be read is named by its row."""
    tiers, problems = [], []
    for number, row in enumerate(typed, 1):
        try:
            tiers.append(_tier(row))
        except (ValueError, KeyError, ArithmeticError):
            problems.append(_("Row %(number)s cannot be read: check amount, people and hours.") % {"number": number})
    return tiers, problems


def _tier(row: dict[str, str]) -> rules.Tier:
    """Read one row. Raises: ValueError, KeyError."""
    currency, hours = row["currency"].upper(), float(row["hours"] or "24")
    deciders = int(row["deciders"])
    if currency and currency not in money.CURRENCIES:
        raise ValueError(currency)
    if not 0 <= deciders <= 5 or not 0.1 <= hours <= MOST_HOURS:
        raise ValueError(row)
    from_minor = money.to_minor(row["from"] or "0", currency) if currency else 0
    if from_minor < 0:
        raise ValueError(row)
    tier = rules.Tier(deciders, row["role"], int(hours * HOUR_S), currency, from_minor)
    return structs.replace(tier, role=row["role"] if deciders else "")
