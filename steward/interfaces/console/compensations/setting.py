"""Budgets of compensation with who spent them; reasons with their range, and up to where roles give alone."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.compensations.proposing import typed_minor
from steward.interfaces.console.notices import say
from steward.interfaces.console.returns.policies_form import LANGUAGE_NAMES
from steward.kernel import moment
from steward.modules.catalog import queries as catalog
from steward.modules.people import queries as people
from steward.modules.returns.commands.budgets import BadBudget, BudgetDraft, set_budget
from steward.modules.returns.commands.goodwill_setting import (
    ReasonDraft,
    save_compensation_reason,
    set_compensation_limit,
)
from steward.modules.returns.queries import compensations as queries
from steward.modules.returns.queries import goodwill_words as words

LANGUAGES = ("zh-hans", "zh-hant", "en")
CURRENCIES = ("CNY", "HKD", "USD", "EUR", "GBP", "JPY", "BRL")


@needs("returns.view")
def budgets(request: StaffRequest) -> HttpResponse:
    """Show budgets with what is spent, reserved and left, and by whom; or set one."""
    if request.method == "POST":
        return _set_budget(request)
    rows = queries.budgets(shops=request.actor.scopes)
    spent = queries.spenders([row.id for row in rows])
    names = people.actor_names({one.proposed_by for ones in spent.values() for one in ones})
    shown = [
        (row, [(names.get(one.proposed_by, one.proposed_by), one) for one in spent.get(row.id, [])[:5]]) for row in rows
    ]
    facts = {
        "rows": shown,
        "periods": list(words.PERIODS.items()),
        "shops": catalog.shops(),
        "teams": people.teams(),
        "currencies": CURRENCIES,
        "today": moment.now().date(),
        "may_change": request.actor.may("returns.budgets"),
        "tab": "budgets",
    }
    return render(request, "console/compensations/budgets.html", facts)


def _set_budget(request: StaffRequest) -> HttpResponse:
    post = request.POST
    try:
        day = date.fromisoformat(post.get("day", ""))
    except ValueError:
        raise BadBudget from None
    currency = post.get("currency", "")[:3]
    draft = BudgetDraft(
        period=post.get("period", ""),
        day=day,
        currency=currency,
        amount_minor=typed_minor(post.get("amount", ""), currency),
        shop=post.get("shop", "")[:50],
        team=post.get("team", "")[:50],
    )
    set_budget(request.actor, draft=draft, now=moment.now())
    return say(request, _("Saved."), to=reverse("compensation_budgets"))


@needs("returns.budgets")
def reasons(request: StaffRequest) -> HttpResponse:
    """Show the reasons with their range and the limits of roles; or add or change a reason."""
    if request.method == "POST":
        return _save_reason(request)
    rows = queries.compensation_reasons(active_only=False)
    roles = people.roles()
    names = {one.code: one.label for one in roles}
    edited = next((row for row in rows if row.code == request.GET.get("code", "")), None)
    facts = {
        "tree": queries.reason_tree(rows),
        "roots": [row for row in rows if row.parent is None],
        "edited": edited,
        "kinds": [(code, label, edited is None or code in edited.kinds) for code, label in words.KINDS.items()],
        "labels": [(code, LANGUAGE_NAMES[code], edited.labels.get(code, "") if edited else "") for code in LANGUAGES],
        "currencies": CURRENCIES,
        "limits": [(names.get(one.role, one.role), one) for one in queries.compensation_limits()],
        "roles": roles,
        "tab": "reasons",
    }
    return render(request, "console/compensations/reasons.html", facts)


def _save_reason(request: StaffRequest) -> HttpResponse:
    post = request.POST
    currency = post.get("currency", "")[:3]
    bounds = {name: typed_minor(post.get(name, ""), currency) for name in ("least", "usual", "most")}
    known = {row.code: row for row in queries.compensation_reasons(active_only=False)}
    code = post.get("code", "").strip()[:40]
    amounts = dict(known[code].amounts) if code in known else {}
    if bounds["most"]:
        amounts[currency] = bounds
    else:
        amounts.pop(currency, None)
    draft = ReasonDraft(
        code=code,
        labels={name: post.get(f"label_{name}", "").strip()[:80] for name in LANGUAGES},
        parent=post.get("parent", "")[:40],
        kinds=tuple(post.getlist("kinds")),
        amounts=amounts,
        position=row_number(post.get("position", "")) or 100,
        active=post.get("active") == "1",
    )
    save_compensation_reason(request.actor, draft=draft)
    return say(request, _("Saved."), to=reverse("compensation_reasons"))


@require_POST
@needs("returns.budgets")
def limit_set(request: StaffRequest) -> HttpResponse:
    """Set up to where a role gives alone; an empty amount leaves it to the limits of approvals."""
    post = request.POST
    currency = post.get("currency", "")[:3]
    typed = post.get("amount", "").strip()
    set_compensation_limit(
        request.actor,
        role=post.get("role", "")[:60],
        currency=currency,
        alone_minor=typed_minor(typed, currency) if typed else None,
        now=moment.now(),
    )
    return say(request, _("Saved."), to=reverse("compensation_reasons"))
