"""Addresses that lead nowhere are answered 404, whatever stands in them; forms that nobody typed never break a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from steward.interfaces.console import urls
from tests import make

pytestmark = pytest.mark.django_db
LONG = "9" * 30
NO_ROW = ["²", LONG, "-1", "1.5", "٣"]
PAGED = {
    "/jobs/": "after",
    "/settings/audit": "before",
    "/imports/": "after",
    "/imports/cancellations": "after",
    "/payments/callbacks": "after",
    "/stock/": "after",
    "/orders/": "after",
}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Yield the routes of the console."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


@pytest.fixture
def admin() -> Client:
    client = make.browser("admin")
    client.raise_request_exception = False
    return client


def test_a_page_after_a_row_that_cannot_be_is_not_found(admin: Client) -> None:
    paged = PAGED | {f"/orders/{make.order().number}": "after"}

    answers = {(address, no): admin.get(address, {name: no}) for address, name in paged.items() for no in NO_ROW}

    assert {asked: answer.status_code for asked, answer in answers.items() if answer.status_code != 404} == {}


def test_no_address_breaks_under_a_number_too_long_for_any_row(admin: Client) -> None:
    numbered = [re.sub(r"<\w+:\w+>|<\w+>", LONG, route) for route in routes(urls.urlpatterns) if "<int:" in route]
    assert len(numbered) > 10
    answers = {address: {admin.get(address).status_code, admin.post(address).status_code} for address in numbered}
    assert {address: got for address, got in answers.items() if not got <= {404, 405}} == {}


def test_no_address_breaks_under_a_zero_character(admin: Client) -> None:
    texts = [re.sub(r"<\w+:\w+>|<\w+>", "%00", route) for route in routes(urls.urlpatterns) if "<str:" in route]
    assert {address for address in texts if admin.get(address).status_code not in (404, 405)} == set()
    plain = [route for route in routes(urls.urlpatterns) if "<" not in route and not route.startswith("/accounts/")]
    assert {address for address in plain if admin.get(address, {"q": "a\0b"}).status_code not in (404, 405)} == set()


def test_a_form_with_a_zero_character_is_refused(admin: Client) -> None:
    answer = admin.post("/people/tokens", {"name": "shop\0", "permissions": ["orders.enter"]})
    assert answer.status_code == 400


def test_jobs_orders_and_roles_that_cannot_be_are_not_found(admin: Client) -> None:
    lin = make.clerk_lin().staff_id
    forms = {"/jobs/rerun": "job", "/orders/bulk": "order", f"/people/staff/{lin}": "roles"}

    answers = {(address, no): admin.post(address, {name: no}) for address, name in forms.items() for no in NO_ROW}

    assert {asked: answer.status_code for asked, answer in answers.items() if answer.status_code != 404} == {}


def test_figures_nobody_can_mean_are_findings_of_the_form(admin: Client) -> None:
    line = {"line_sku": "TENT-2", "line_title": "", "line_discount": ""}
    entry = {"do": "save", "shop": "own", "placed_at": "2026-03-02T10:00"} | line
    for typed in ["²", LONG, "9" * 5000, "1e400000", "NaN", "-1"]:
        filled = entry | {"line_quantity": typed, "line_unit_price": typed, "shipping": typed}
        page = admin.post("/orders/new", filled)
        assert page.status_code in (200, 422)
        assert "sw-field-error" in page.content.decode() or "od-finding" in page.content.decode()
        assert admin.post("/orders/new", filled | {"do": f"drop-{typed}"}).status_code in (200, 422)
