"""Open a file to who holds a link to it: never as anything a browser would run, never kept by others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_http_methods

from steward.interfaces.portal import answers, throttle
from steward.kernel import moment
from steward.kernel.errors import Refusal
from steward.modules.messaging.queries import attachments, links
from steward.modules.messaging.queries.attachments import OpenFile

PIECE_BYTES = 262_144
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# A file runs nothing, loads nothing and stands in nobody's frame; a player may play it.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox; frame-ancestors 'none'"
NO_NAME = re.compile(r"[^A-Za-z0-9._ -]")


@require_http_methods(["GET", "HEAD"])
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give the file a link opens, whole or the part asked for. Refusals become pages that say what to do."""
    try:
        throttle.let_in(request, token)
        found = attachments.open_link(token, now=moment.now())
    except Refusal as refusal:
        if isinstance(refusal, links.LinkBroken):
            throttle.count_broken(request)
        return answers.private(answers.problem(request, refusal))
    response = _answer(request, found)
    for name, value in _headers(found).items():
        response[name] = value
    return response


def _answer(request: HttpRequest, found: OpenFile) -> HttpResponseBase:
    part = asked_part(request.headers.get("Range", ""), found.size_bytes)
    if part is None:
        found.file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.size_bytes}"})
    start, end = part
    length = end - start
    if request.method == "HEAD":
        found.file.close()
        response: HttpResponseBase = HttpResponse()
    elif length <= PIECE_BYTES:
        with found.file as opened:
            opened.seek(start)
            response = HttpResponse(opened.read(length))
    else:
        response = StreamingHttpResponse(_pieces(found.file, start, length))
    response["Content-Length"] = str(length)
    if length < found.size_bytes:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    return response


def asked_part(header: str, size: int) -> tuple[int, int] | None:
    """Read which part of a file is asked for, as [start, end); None where there is none such. Units: bytes.

    Source: RFC 9110 § 14; several parts at once are answered with the whole.
    """
    match = RANGE.fullmatch(header.strip())
    if not match or not (match[1] or match[2]):
        return 0, size
    if not match[1]:
        return max(0, size - int(match[2])), size
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    return (start, end) if start < end else None


def _pieces(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with file as opened:
        opened.seek(start)
        while length > 0 and (piece := opened.read(min(PIECE_BYTES, length))):
            length -= len(piece)
            yield piece


def _headers(found: OpenFile) -> dict[str, str]:
    how = "inline" if found.is_inline else "attachment"
    plain = NO_NAME.sub("_", found.filename)
    return {
        "Content-Type": found.media_type if found.is_inline else "application/octet-stream",
        # Source: RFC 6266; the plain name for programs that read no other.
        "Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.filename)}",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600, immutable",
        "X-Robots-Tag": "noindex",
    }
