"""What a file is, its content tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.modules.messaging.rules import media, pictures
from steward.modules.messaging.tests import files

LIMITS = media.Limits(file_bytes=1_000, files=2, pixels=1_000_000)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (files.picture("JPEG"), "image/jpeg"),
        (files.picture("PNG"), "image/png"),
        (files.picture("WEBP"), "image/webp"),
        (files.PDF, "application/pdf"),
        (files.MP4, "video/mp4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (files.XLSX, media.OFFICE["xl/"]),
        ("订单号,商品\n1,帐篷\n".encode("gb18030"), "text/plain"),
        ("\ufeffa,b\n".encode("utf-16"), "text/plain"),
        (b"MZ\x90\0\x03", media.PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", media.PROGRAM),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", media.ACTIVE),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", media.ACTIVE),
        (files.XLSM, media.MACRO),
        (media.OLD_OFFICE + b"\0" * 40 + media.OLD_MACRO, media.MACRO),
        (files.zipped("a.exe"), media.ARCHIVE),
        (b"PK\x03\x04broken", media.UNKNOWN),
        (b"\x01\x02\x03\x04" * 9, media.UNKNOWN),
    ],
)
def test_the_content_tells_what_a_file_is(content: bytes, found: str) -> None:
    assert media.media_type(content) == found


@given(st.binary(max_size=400))
def test_any_octets_are_a_media_type_or_refused(content: bytes) -> None:
    found = media.media_type(content)

    assert "/" in found or found in media.REFUSALS


@pytest.mark.parametrize(
    ("content", "place", "why"),
    [(b"abc", 0, ""), (b"abc", 2, "too_many"), (b"", 0, "empty"), (b"a" * 1_001, 0, "too_large")],
)
def test_what_is_too_much_is_refused(content: bytes, place: int, why: str) -> None:
    assert media.refusal(content, media.media_type(content), limits=LIMITS, place=place) == why


@pytest.mark.parametrize(
    ("given_", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\照片 1.jpg", "照片 1.jpg"),
        ("invoice\u202egnp.exe", "invoice_gnp.exe"),
        ('a"b\r\nX: y.pdf', "a_b_X_ y.pdf"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_a_name_names_nothing_but_a_file(given_: str, safe: str) -> None:
    assert media.safe_name(given_) == safe


@given(st.text(max_size=300))
def test_any_name_becomes_a_short_one_without_folders(name: str) -> None:
    safe = media.safe_name(name)

    assert 0 < len(safe) <= media.LONGEST_NAME
    assert not set(safe) & set('/\\"\r\n\0')


def test_a_small_picture_stands_upright_and_says_nothing_of_its_camera() -> None:
    seen = pictures.picture(files.picture(orientation=6), most_pixels=1_000_000)

    assert (seen.width, seen.height) == (800, 600)
    assert media.media_type(seen.thumbnail) == "image/jpeg"
    assert b"camera" not in seen.thumbnail
    small = pictures.picture(seen.thumbnail, most_pixels=1_000_000)
    assert (small.width, small.height) == (270, 360)


def test_a_picture_too_large_to_open_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(pictures.Unseen, match="too_many_pixels"):
        pictures.picture(files.picture(), most_pixels=800 * 600 - 1)


@given(st.integers(0, 400))
def test_a_picture_cut_short_is_broken_and_nothing_worse(length: int) -> None:
    why = ""
    try:
        pictures.picture(files.picture("PNG", size=(20, 20))[:length], most_pixels=1_000_000)
    except pictures.Unseen as unseen:
        why = str(unseen)

    assert why == "broken" or (not why and length > 60)
