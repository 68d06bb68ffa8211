"""Where somebody calls from: a header counts only where a trusted proxy wrote it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.test import Client
from pytest_django import Settings

from steward.interfaces.callers import origin
from steward.interfaces.portal import throttle
from steward.kernel import parameters
from steward.modules.messaging.models import Inbound

TRUSTED = [ip_network("10.0.0.7"), ip_network("2001:db8::/32")]
CONTACT = {"name": "梅子", "contact": "13812345521", "text": "杯子碎了", "consent": "1"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "1.2.3.4, 198.51.100.1, 2001:db8::1", "198.51.100.1"),
        ("10.0.0.7", "198.51.100.1:5512, [2001:db8::1]:443", "198.51.100.1"),
        ("10.0.0.7", "1.2.3.4, unknown", "10.0.0.7"),
        ("", "198.51.100.1", ""),
        ("::ffff:10.0.0.7", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_a_chain_is_followed_past_trusted_proxies_only(peer: str, forwarded: str, found: str) -> None:
    assert origin(peer, forwarded, TRUSTED) == found


@pytest.mark.django_db
def test_callers_behind_a_trusted_proxy_are_counted_apart(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = TRUSTED
    throttle.tries.clear()
    limit = parameters.value(throttle.LETTERS)

    def writes(caller: str, number: int) -> int:
        phone = Client(REMOTE_ADDR="10.0.0.7", headers={"x-forwarded-for": caller, "accept-language": "zh-CN"})
        return phone.post("/p/contact", CONTACT | {"text": f"第 {number} 件"}).status_code

    many = [writes("198.51.100.1", number) for number in range(limit + 1)]

    assert (many[-1], writes("198.51.100.2", 99)) == (429, 200)
    assert Inbound.objects.count() == limit + 1
