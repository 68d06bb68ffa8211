"""Every console page speaks Chinese when its reader does: no English word is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from steward.modules.catalog import queries as catalog
from steward.modules.orders.rules.shipped_mappings import SHIPPED
from steward.modules.people import queries as people
from tests import make
from tests.words import visible

pytestmark = pytest.mark.django_db

BOTH_NAMES = [half for name, _rules in SHIPPED.values() for half in (name, *name.split(" / "))]
# What people and programs are called in these tests, and what they typed.
SHOPS = ("jd", "douyin", "wechat")
GIVEN = frozenset(
    {"Tent for two", "Sam", "tests", "shop", "main", "seed", *SHOPS, *make.ROLES, *make.SHIFTS, *SHIPPED, *BOTH_NAMES}
)
NOT_PAGES = ("api/", "webhooks/", "accounts/logout/")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Yield the routes below a resolver."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from patterns(pattern, route)


@pytest.fixture
def samples() -> dict[str, str]:
    """Something of everything a page shows, by the name of the address's parameter."""
    item = make.item(stock=1)
    make.order("A-1", payments=[make.payment()])
    short = make.order("A-2", quantity=3)
    make.order("A-2", quantity=2)
    make.order("A-3", sku="NO-SUCH", recipient=make.recipient(district="", phone="12"))
    make.token("orders.enter")
    lin = make.clerk_lin()
    make.team()
    return {
        "number": short.number,
        "staff_id": str(lin.staff_id),
        "name": "orders.unpaid_hold_s",
        "code": "tmall",
        "team_code": "service",
        "calendar_code": "always",
        "shop": "own",
        "item_id": str(item),
        "role_id": str(people.roles()[0].id),
    }


def addresses(samples: dict[str, str]) -> list[str]:
    """Fill in the parameters of every address of the console that we have a sample for."""
    found = []
    for route in patterns(get_resolver()):
        if not route.startswith(NOT_PAGES):
            filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: samples.get(match[1], "<>"), route)
            if "<>" not in filled:
                found.append(f"/{filled}")
    return found


def english_left(client: Client, address: str, names: frozenset[str]) -> list[str]:
    """Return the English pieces of a page; nothing for what is no page or takes no GET."""
    response = client.get(address)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return []
    return [f"{address}: {text}" for text in visible.english(response.content.decode(), names=names)]


def test_no_english_word_is_left_on_a_chinese_page(samples: dict[str, str]) -> None:
    names = frozenset({given for shop in catalog.shops() for given in (shop.name, shop.code)} | GIVEN)
    client, stranger = make.browser("admin"), Client(headers={"accept-language": "zh-hans"})

    left = [
        text
        for browser in (client, stranger)
        for address in addresses(samples)
        for text in english_left(browser, address, names)
    ]

    if left:
        pytest.fail("\n".join(sorted(set(left))))


def test_every_page_of_the_menu_opens(samples: dict[str, str]) -> None:
    client = make.browser("admin")

    broken = [address for address in addresses(samples) if client.get(address).status_code >= 500]

    assert broken == []


def test_an_english_word_is_found_in_text_and_in_attributes() -> None:
    page = '<p>订单 SO-2026-000001</p><p title="Delete">删除</p><script>var English = 1</script><b>Order 已取消</b>'

    assert visible.english(page) == ["Delete", "Order 已取消"]


def test_a_traditional_page_holds_traditional_words(samples: dict[str, str]) -> None:
    client = make.browser("chen", locale="zh-hant")

    page = client.get("/orders/").content.decode()

    assert "訂單" in page
    assert "订单" not in page
