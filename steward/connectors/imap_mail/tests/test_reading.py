"""Letters are read however broken; what cannot be read says why, and nothing else is ever raised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.connectors.imap_mail import charsets, headers, html, reading
from steward.connectors.imap_mail.tests import corpus
from steward.modules.messaging.ports import MailUnreadable, ReadMail

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def read(raw: bytes) -> ReadMail:
    return reading.read_mail(raw, arrived_at=NOW)


@pytest.mark.parametrize("name", sorted(corpus.EVERY))
def test_every_letter_of_the_corpus_is_read_or_says_why_not(name: str) -> None:
    try:
        found = read(corpus.EVERY[name])
    except MailUnreadable as reason:
        found, why = None, str(reason)
    else:
        why = ""

    assert (found is None) == bool(why)
    assert bool(why) == (name in corpus.UNREADABLE)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (corpus.GBK_AS_GB2312, "收到的镕炉坏了，请喆先生处理。"),
        (corpus.UTF8_AS_ASCII, "帐篷坏了"),
        (corpus.GBK_AS_LATIN, "帐篷的杆子断了，怎么办"),
        (corpus.REALLY_LATIN, "Où est ma tente, s'il vous plaît ?"),
        (corpus.NO_CHARSET_GBK, "退货"),
        (corpus.UNKNOWN_CHARSET, "退货"),
        (corpus.GBK_AS_UTF8, "换货"),
        (corpus.NO_TEXT_CODEC, "aGVsbG8="),
        (corpus.NO_BOUNDARY, "hello\n--x\nthere"),
        (corpus.CUT_SHORT, "hello"),
        (corpus.ALTERNATIVE, "纯文本"),
        (corpus.BROKEN_QUOTED_PRINTABLE, "a=ZZbc退"),
    ],
)
def test_text_is_read_whatever_its_label_says(raw: bytes, text: str) -> None:
    assert read(raw).text == text


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (corpus.GBK_AS_GB2312, "喆先生的锿子"),
        (corpus.RAW_GBK_SUBJECT, "退款"),
        (corpus.SPLIT_CHARACTER, "退款"),
        (corpus.ENDLESS_HEADER, "after it"),
        (corpus.HEADER_WITHOUT_COLON, ""),
    ],
)
def test_subjects_are_read_as_they_were_meant(raw: bytes, subject: str) -> None:
    assert read(raw).subject == subject


def test_a_broken_word_spoils_no_other() -> None:
    subject = read(corpus.BROKEN_BASE64_WORD).subject

    assert subject.startswith("退款")
    assert subject.endswith("=?nonsense?X?a?=")


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (corpus.QUOTED_WORD_SENDER, ("梅子", "mei@example.com")),
        (corpus.ADDRESS_ONLY_IN_TEXT, ("mei at home mei@example.com", "mei@example.com")),
        (
            corpus.letter("Reply-To: <mei@example.com>", sender="webform <noreply@shop.example>"),
            ("webform", "mei@example.com"),
        ),
        (corpus.letter("Reply-To: <list@example.com>"), ("Mei", "mei@example.com")),
    ],
)
def test_senders_are_who_is_to_be_answered(raw: bytes, sender: tuple[str, str]) -> None:
    found = read(raw)

    assert (found.sender_name, found.sender_address) == sender


def test_a_name_with_a_comma_does_not_hide_the_address() -> None:
    assert read(corpus.COMMA_SENDER).sender_address == "mei@example.com"


def test_files_have_the_names_they_were_given_in_any_notation() -> None:
    assert [part.filename for part in read(corpus.RFC2231).parts] == [
        "退货.pdf", "退货.pdf", "no'such\ufffd", "退货.pdf",
    ]  # fmt: skip
    assert [part.filename for part in read(corpus.FORWARDED_LETTER).parts] == ["message.eml"]


def test_html_is_read_as_text_and_cleaned_of_what_runs_loads_or_tells() -> None:
    found = read(corpus.HTML_ONLY)

    assert found.text == "你好\n\n帐篷坏了\n怎么办？\n\n图a这里 (https://a.example/x)"
    assert found.quoted == "> 上次的话"
    assert not [bad for bad in ("script", "style", "onclick", "spy.example", "javascript") if bad in found.html]
    assert 'src="cid:p1"' in found.html


@pytest.mark.parametrize("raw", corpus.IMPOSSIBLE_DATES)
def test_a_date_that_cannot_be_is_replaced_by_when_it_arrived(raw: bytes) -> None:
    assert read(raw).at == NOW


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (corpus.AUTO_REPLY, "auto_reply"),
        (corpus.AWAY_IN_CHINESE, "auto_reply"),
        (corpus.EXCHANGE_AWAY, "auto_reply"),
        (corpus.SERVER_NOTE, "auto_reply"),
        (corpus.NEWSLETTER, "bulk"),
        (corpus.BOUNCE, "bounce"),
        (corpus.CHINESE_BOUNCE, "bounce"),
        (corpus.letter("X-Auto-Response-Suppress: All", "Subject: my order"), ""),
        (corpus.letter("Auto-Submitted: no", "Subject: 退信地址是哪里"), ""),
    ],
)
def test_what_programs_write_is_told_from_what_people_write(raw: bytes, kind: str) -> None:
    assert read(raw).automatic == kind


def test_a_bounce_names_our_letter_and_why() -> None:
    dsn, chinese, delayed = (read(raw).bounce for raw in (corpus.BOUNCE, corpus.CHINESE_BOUNCE, corpus.DELAYED))

    assert dsn
    assert (dsn.message_refs, dsn.action, dsn.status) == (("<OURS@shop.example>",), "failed", "5.1.1")
    assert "no such user" in dsn.detail
    assert chinese
    assert "<OURS@shop.example>" in chinese.message_refs
    assert chinese.action == "failed"
    assert delayed
    assert delayed.action == "delayed"


def test_the_same_letter_is_the_same_whatever_way_it_took_and_another_is_not() -> None:
    one = corpus.letter("Subject: x", body=b"hello")
    other_way = b"Received: by mx\r\nDelivered-To: b@c\r\n" + one.replace(b"\r\n", b"\n")

    assert read(one).digest == read(other_way).digest
    assert read(one).digest != read(corpus.letter("Subject: x", body=b"hello!")).digest


@settings(max_examples=150)
@given(st.binary(max_size=600))
def test_any_octets_are_read_or_say_why_not(raw: bytes) -> None:
    try:
        assert read(raw).digest
    except MailUnreadable as reason:
        why = str(reason)
        assert why


@settings(max_examples=200)
@given(st.sampled_from(sorted(corpus.EVERY)), st.data())
def test_letters_with_octets_changed_lost_or_doubled_are_read_or_say_why_not(name: str, data: st.DataObject) -> None:
    raw = corpus.EVERY[name][:4_000]
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    changed = raw[:start] + data.draw(st.binary(max_size=20) | st.just(raw[start:end] * 2)) + raw[end:]

    try:
        assert read(changed).digest
    except MailUnreadable as reason:
        why = str(reason)
        assert why


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_octets_under_any_label_become_text(octets: bytes, label: str) -> None:
    assert isinstance(charsets.decoded(octets, label), str)


@given(st.text(max_size=200))
def test_any_header_becomes_words(value: str) -> None:
    assert isinstance(headers.words(value), str)


@given(st.text(alphabet="<>/&;'\"= abdhipqrtv!-[]", max_size=200))
def test_any_html_becomes_clean_and_text(markup: str) -> None:
    clean = html.cleaned(markup)

    assert "<script" not in clean
    assert isinstance(html.as_text(clean), str)
