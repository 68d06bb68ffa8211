"""What is WeChat Pay's own: bills with a hash, refunds that went wrong at the bank, certificates of older merchants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from steward.connectors.wechatpay import open_gateway
from steward.modules.payments.ports import Access, Gateway, NoBillYet, RefundOrder, UnfitKey, Unreachable
from tests.peers.merchants import key_pair
from tests.peers.wechatpay import Wechatpay

ORDER = RefundOrder(key="RF-2026-000001", payment="T-1", amount_minor=500, currency="CNY", payment_minor=2_000)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def peer() -> Iterator[Wechatpay]:
    with Wechatpay() as peer:
        peer.charge("T-1", 2_000)
        yield peer


def reached(peer: Wechatpay, **changes: str) -> Gateway:
    return open_gateway(Access(code="wechat", address=peer.address, secret=b"", fields=peer.fields | changes))


def test_a_refund_the_bank_sent_back_waits_for_the_merchant(peer: Wechatpay) -> None:
    peer.habits.append("pending")
    reached(peer).refund(ORDER)
    peer.backs[ORDER.key].state = "ABNORMAL"

    told = reached(peer).find_refund(ORDER)

    assert (told.fate, told.code) == ("pending", "ABNORMAL")


def test_a_refund_that_was_closed_is_refused(peer: Wechatpay) -> None:
    reached(peer).refund(ORDER)
    peer.backs[ORDER.key].state = "CLOSED"

    assert reached(peer).find_refund(ORDER).fate == "refused"


def test_the_same_number_with_another_amount_is_never_a_word_about_another_refund(peer: Wechatpay) -> None:
    reached(peer).refund(ORDER)
    peer.backs["RF-2026-000002"] = peer.backs[ORDER.key]
    other = RefundOrder(key="RF-2026-000002", payment="T-1", amount_minor=500, currency="CNY", payment_minor=2_000)

    assert reached(peer).find_refund(other).code == "another_refund"


def test_a_bill_that_was_cut_off_is_noticed(peer: Wechatpay) -> None:
    peer.payments["T-1"].at, peer.bill_is_cut = YESTERDAY, True

    with pytest.raises(Unreachable, match="bill_cut_off"):
        reached(peer).statement(YESTERDAY, YESTERDAY + timedelta(seconds=1))


def test_a_bill_of_today_is_not_there_yet(peer: Wechatpay) -> None:
    with pytest.raises(NoBillYet):
        reached(peer).statement(YESTERDAY, datetime.now(UTC))


def test_a_merchant_with_a_certificate_of_the_platform_verifies_with_that(peer: Wechatpay) -> None:
    key, name = key_pair("wechatpay")[0], x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(YESTERDAY).not_valid_after(YESTERDAY + timedelta(days=9))
    certificate = made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()

    assert reached(peer, platform_key=certificate).refund(ORDER).fate == "succeeded"


@pytest.mark.parametrize("is_ask_signed", [True, False])
def test_a_refusal_nobody_signed_refuses_nothing(peer: Wechatpay, is_ask_signed: bool) -> None:
    peer.habits.append("unsigned")
    peer.signs_errors = is_ask_signed

    told = reached(peer).refund(replace(ORDER, amount_minor=2_001))

    assert (told.fate, told.code) == ("unclear", "INVALID_REQUEST")


def test_a_refusal_counts_no_more_than_what_confirms_it(peer: Wechatpay) -> None:
    peer.at_heard = lambda: setattr(peer, "signs_errors", True)
    peer.at_moved = lambda: setattr(peer, "signs_errors", False)

    assert reached(peer).refund(replace(ORDER, amount_minor=2_001)).fate == "unclear"


def test_while_wechat_changes_its_key_both_count_by_their_names(peer: Wechatpay) -> None:
    new = {"further_keys": f"\nPUB_KEY_ID_0119000001092031\n{key_pair('next')[2]}\n{'A' * 40} {key_pair('third')[2]}"}
    assert reached(peer, **new).refund(ORDER).fate == "succeeded"

    peer.key, peer.key_id = "next", "PUB_KEY_ID_0119000001092031"

    assert reached(peer, **new).find_refund(ORDER).fate == "succeeded"
    assert reached(peer).find_refund(ORDER).code == "answer_not_verified"
    peer.key = "third"
    assert reached(peer, **new).find_refund(ORDER).code == "answer_not_verified"


@pytest.mark.parametrize(
    "text", ["PUB_KEY_ID_1", "PUB_KEY_ID_1 -----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----"]
)
def test_further_keys_that_cannot_be_read_are_refused_by_their_field(peer: Wechatpay, text: str) -> None:
    with pytest.raises(UnfitKey) as refused:
        reached(peer, further_keys=text)

    assert refused.value.params["field"] == "further_keys"
