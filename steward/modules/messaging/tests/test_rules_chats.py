"""Which pages may show a chat, and what of them is kept."""

from __future__ import annotations

import pytest

from steward.modules.messaging.rules import accounts, chats

GIVEN = {"origins": "https://shop.example", "start": "person", "contact": "no"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("https://shop.example", True),
        ("https://shop.example/\nhttps://*.shop.example:8443", True),
        ("http://127.0.0.1:8999\nhttp://localhost", True),
        ("http://shop.example", False),
        ("https://shop.example/path", False),
        ("https://shop.example; script-src *", False),
        ("*", False),
        ("", False),
    ],
)
def test_origins_are_scheme_host_and_port_alone(text: str, fits: bool) -> None:
    assert chats.are_origins(text) is fits


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://shop.example", True),
        ("https://SHOP.example/", True),
        ("https://m.below.example", True),
        ("https://below.example", False),
        ("https://evilbelow.example", False),
        ("http://shop.example", False),
        ("https://shop.example.evil.example", False),
        ("", False),
    ],
)
def test_a_star_stands_for_what_is_below_a_domain(origin: str, may: bool) -> None:
    assert chats.is_allowed(origin, ["https://shop.example", "https://*.below.example"]) is may


def test_what_may_be_private_in_an_address_is_left_out() -> None:
    given = {"page": "https://u:p@shop.example/cart?token=1#x", "title": " A  tent ", "referrer": "javascript:x"}

    assert chats.page_facts(given) == {"page": "https://shop.example/cart", "title": "A tent"}


def test_the_house_s_words_are_said_in_the_visitor_s_language() -> None:
    own = {"greeting": "您好", "greeting_en": "Hi"}

    assert [chats.said_in(own, "greeting", one) for one in chats.LOCALES] == ["您好", "您好", "Hi"]
    assert chats.said_in({"greeting": "您好"}, "greeting", "en") == ""


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, {}),
        ({"origins": "shop.example"}, {"origins": "bad_origin"}),
        ({"colour": "red"}, {"colour": "bad_colour"}),
        ({"languages": "en, fr"}, {"languages": "bad_language"}),
        ({"start": "nobody"}, {"start": "unknown"}),
    ],
)
def test_an_account_names_its_mistakes(changes: dict[str, str], fault: dict[str, str]) -> None:
    assert accounts.faults("chat", "site", "Shop", GIVEN | changes, {}) == fault
