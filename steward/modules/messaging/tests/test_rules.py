"""Placeholders, layout, states, addresses that may be called, facts that may leave."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.modules.messaging.models import Template
from steward.modules.messaging.rules import layout, outbox, placeholders, values, webhooks
from steward.modules.messaging.rules.catalogue import KINDS, LOCALES, param_faults, sample_values

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAID = KINDS["order_paid"]


@pytest.mark.django_db
def test_every_seeded_text_could_be_saved() -> None:
    for text in Template.objects.filter(version=1):
        faults = placeholders.faults(KINDS[text.code], text.channel, subject=text.subject, body=text.body)
        assert (text.code, text.channel, text.locale, faults) == (text.code, text.channel, text.locale, [])


@pytest.mark.django_db
def test_every_kind_has_a_text_in_every_channel_and_language() -> None:
    wanted = {(kind.code, *where) for kind in KINDS.values() for where in product(kind.channels, LOCALES)}

    assert set(Template.objects.values_list("code", "channel", "locale")) == wanted


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_the_samples_of_a_kind_fit_it(kind: object) -> None:
    assert isinstance(kind, type(PAID))
    handed = {one.name: {"sealed": one.sample} if one.kind == "secret" else one.sample for one in kind.placeholders}
    assert param_faults(kind, handed) == []
    assert set(sample_values(kind)) == set(kind.names)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        ("Hello {{phone}}", "unknown_placeholder"),
        ("Hello {{paid}", "broken_braces"),
        ("Hello {{ Paid }}", "broken_braces"),
        ("{{{{paid}}}}", "broken_braces"),
        ("x" * 301, "too_long"),
    ],
)
def test_a_text_that_could_break_is_refused(body: str, code: str) -> None:
    assert [fault.code for fault in placeholders.faults(PAID, "sms", subject="", body=body)] == [code]


def test_a_choice_without_its_link_is_refused() -> None:
    found = placeholders.faults(KINDS["stock_offer"], "sms", subject="", body="{{goods}}")

    assert [fault.code for fault in found] == ["missing_link"]


@given(some.text(), some.text())
def test_a_value_is_put_in_as_it_is_and_never_read_as_a_template(before: str, value: str) -> None:
    text = before.replace("{", "").replace("}", "") + "{{ name }}"

    assert placeholders.filled(text, {"name": value}).endswith(value)


@given(some.text())
def test_nothing_a_text_holds_becomes_markup(text: str) -> None:
    inner = layout.html_page(text, title="t", house="h", language="en").partition("</div>")[2]
    tags = set(re.findall(r"<(/?\w+)", inner))

    assert tags <= {"p", "/p", "a", "/a", "br", "/div", "div", "/body", "/html"}


def test_addresses_become_links_and_keep_what_follows() -> None:
    html = layout.linked("查看：https://shop.example/p/a.b?x=1&y=2。谢谢")

    assert '<a href="https://shop.example/p/a.b?x=1&amp;y=2"' in html
    assert html.endswith("</a>。谢谢")


@pytest.mark.parametrize(
    ("kind", "value", "locale", "written"),
    [
        ("money", {"minor": 19_900, "currency": "CNY"}, "zh-hans", "¥199.00"),
        ("money", {"minor": 500, "currency": "JPY"}, "en", "¥500"),
        ("words", {"zh-hans": "帐篷", "en": "Tent"}, "en", "Tent"),
        ("words", {"zh-hans": "帐篷"}, "en", "帐篷"),
        ("instant", "2026-03-02T10:00:00+00:00", "zh-hans", "3月2日 18:00"),
        ("instant", "2026-03-02T10:00:00+00:00", "en", "2 Mar, 18:00"),
        ("number", 9, "en", "9"),
    ],
)
def test_values_are_written_as_the_reader_writes_them(kind: str, value: object, locale: str, written: str) -> None:
    assert values.written(kind, value, locale=locale, zone=SHANGHAI) == written  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("订" * 70, 1), ("订" * 71, 2)])
def test_the_parts_of_a_short_message_are_counted_as_providers_do(text: str, parts: int) -> None:
    assert placeholders.sms_parts(text) == parts


def test_what_has_ended_well_has_no_way_back() -> None:
    for state in ("delivered", "suppressed", "sent"):
        assert not outbox.may(state, "repeat")
        assert not outbox.may(state, "begin")


def test_every_state_can_be_reached_and_named() -> None:
    assert {state for state, _ in outbox.TRANSITIONS} | set(outbox.TRANSITIONS.values()) == set(outbox.STATES)


@given(some.integers(1, 60), some.floats(0, 1))
def test_pauses_grow_up_to_their_cap(attempts: int, chance: float) -> None:
    pause = outbox.pause(attempts, first_s=60, cap_s=3_600, chance=chance).total_seconds()

    assert 45 <= pause <= 3_600


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.4.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::",
        "64:ff9b::7f00:1", "ff02::1", "192.0.2.1", "2001:db8::1", "no address", "",
    ],
)  # fmt: skip
def test_no_webhook_goes_into_the_house(address: str) -> None:
    assert not webhooks.is_reachable(address, private_allowed=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_webhooks_go_to_public_addresses(address: str) -> None:
    assert webhooks.is_reachable(address, private_allowed=False)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://erp.example/hook", ""),
        ("http://erp.example/hook", "not_https"),
        ("ftp://erp.example", "not_http"),
        ("https://", "no_host"),
        ("https://a b/", "no_host"),
        ("https://me:secret@erp.example", "with_password"),
        ("https://erp.example:99999/", "no_host"),
        ("https://erp.example/" + "a" * 500, "too_long"),
    ],
)
def test_an_address_that_cannot_be_an_endpoint_is_named(url: str, fault: str) -> None:
    assert webhooks.url_fault(url, private_allowed=False) == fault


def test_a_webhook_carries_codes_and_numbers_and_nothing_that_names_a_person() -> None:
    facts = {
        "order_id": 7, "state": "approved", "happened_at": "2026-03-02T02:00:00Z", "automatic": True,
        "reason": "she called", "note": "x", "before": "sealed", "fields": ["recipient.phone", "13812345521"],
        "text": "x", "buyer": "梅子", "transaction": "T-1", "email_like": "mei@example.com", "called": "138 1234 5521",
        "phones": {"number": "13812345521"}, "none": None,
    }  # fmt: skip

    assert webhooks.public_facts(facts) == {
        "order_id": 7, "state": "approved", "happened_at": "2026-03-02T02:00:00Z", "automatic": True,
        "fields": ["recipient.phone"], "transaction": "T-1", "phones": {},
    }  # fmt: skip


def test_the_house_keeps_its_own_business() -> None:
    assert webhooks.chosen(["orders.order_received", "people.staff_created"], []) == ["orders.order_received"]


def facts(**changes: object) -> outbox.Facts:
    given_: dict[str, object] = {
        "now": datetime(2026, 3, 2, tzinfo=UTC), "simulated": False, "gone": "", "switched_off": False,
        "opted_out": False, "expires_at": None, "wanted": "", "order": ["sms", "email"], "addresses": ["email"],
        "texts": ["sms", "email"], "quiet": None,
    }  # fmt: skip
    return outbox.Facts(**(given_ | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "what", "channel", "reason"),
    [
        ({}, "send", "email", ""),
        ({"addresses": ["sms", "email"]}, "send", "sms", ""),
        ({"wanted": "sms"}, "suppress", "", "no_address"),
        ({"texts": []}, "suppress", "", "no_text"),
        ({"expires_at": datetime(2026, 3, 2, tzinfo=UTC)}, "expire", "", "too_late"),
        ({"simulated": True, "opted_out": True}, "suppress", "", "simulated"),
    ],
)
def test_a_message_goes_by_the_first_channel_that_reaches(
    changes: dict[str, object], what: str, channel: str, reason: str
) -> None:
    found = outbox.decide(facts(**changes))

    assert (found.what, found.channel, found.reason) == (what, channel, reason)


@pytest.mark.parametrize(
    ("count", "took_s", "portion"),
    [(1, 0.0, 4), (1, 0.001, 4), (4, 0.004, 16), (16, 0.1, 40), (40, 0.04, 50), (4, 2.0, 1), (1, 0.1, 2), (1, 9.0, 1)],
)
def test_a_portion_is_what_goes_over_in_a_quarter_of_a_second_and_grows_step_by_step(
    count: int, took_s: float, portion: int
) -> None:
    assert outbox.next_portion(count, took_s=took_s, most=50) == portion
