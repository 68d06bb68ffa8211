"""Prove which phone numbers are dialled as they are, which are mended and which are refused."""

import pytest

from steward.modules.customers.rules import phones


@pytest.mark.parametrize(
    ("raw", "e164", "kind", "extension"),
    [
        ("13800138000", "+8613800138000", "mobile", ""),
        ("+86 138 0013 8000", "+8613800138000", "mobile", ""),
        ("１３８００１３８０００", "+8613800138000", "mobile", ""),
        ("0571-88886666", "+8657188886666", "fixed_line", ""),
        ("(010) 65551234", "+861065551234", "fixed_line", ""),
        ("0571-88886666-801", "+8657188886666", "fixed_line", "801"),
        ("4008001234", "+864008001234", "other", ""),
        ("13800000000-1234", "+8613800000000", "mobile", "1234"),
        ("13800000000转1234", "+8613800000000", "mobile", "1234"),
        ("17000000000,5521", "+8617000000000", "mobile", "5521"),
        ("13800138000 [1234]", "+8613800138000", "mobile", "1234"),
        ("+852 5123 4567", "+85251234567", "mobile", ""),
        ("+1 650-253-0000", "+16502530000", "mobile", ""),
    ],
)
def test_a_real_number_comes_out_in_one_form(raw: str, e164: str, kind: str, extension: str) -> None:
    check = phones.check_phone(raw)

    assert (check.e164, check.kind, check.extension, check.findings) == (e164, kind, extension, ())


@pytest.mark.parametrize(
    ("raw", "code", "severity"),
    [
        ("", "phone_missing", "error"),
        ("23800138000", "phone_invalid", "error"),
        ("1380013800", "phone_invalid", "error"),
        ("138001380001234567", "phone_invalid", "error"),
        ("unknown", "phone_invalid", "error"),
        ("138****5521", "phone_masked", "warning"),
        ("138＊＊＊＊5521", "phone_masked", "warning"),
    ],
)
def test_what_cannot_be_dialled_says_why(raw: str, code: str, severity: str) -> None:
    check = phones.check_phone(raw)

    assert check.e164 is None
    assert [(f.field, f.code, f.severity, f.params["typed"]) for f in check.findings] == [
        ("phone", code, severity, raw)
    ]


def test_a_number_is_read_in_the_plan_of_its_region() -> None:
    assert phones.check_phone("51234567", region="HK").e164 == "+85251234567"


def test_an_email_is_compared_without_case_and_refused_when_it_is_none() -> None:
    assert phones.canonical_email(" Mei@Example.COM ") == "mei@example.com"
    assert [phones.canonical_email(raw) for raw in ("", "mei", "mei@", "@example.com", "mei@local")] == [None] * 5


def test_a_name_is_compared_without_spaces_between_chinese_characters() -> None:
    assert phones.canonical_name(" 王  小明 ") == "王小明"
    assert phones.canonical_name("Sam  OUTSIDER") == "sam outsider"
