"""Letters as they really come, many of them broken: written for these tests, after what programs are known to send."""

# ruff: noqa: E501  (letters stand as they come)

from __future__ import annotations

import base64

CRLF = b"\r\n"


def letter(*lines: bytes | str, body: bytes = b"", sender: str = "Mei <mei@example.com>") -> bytes:
    """Write a letter of some header lines and a body."""
    head = [f"From: {sender}".encode(), b"To: service@shop.example", b"Message-ID: <m1@example.com>"]
    head += [line.encode() if isinstance(line, str) else line for line in lines]
    return CRLF.join(head) + CRLF * 2 + body


def word(text: str, charset: str) -> str:
    """Write an encoded word."""
    return (
        f"=?{charset}?B?{base64.b64encode(text.encode('gb18030' if 'gb' in charset.lower() else charset)).decode()}?="
    )


NOTHING = b""
ONLY_A_BODY = b"\r\n\r\nhello"
NO_SENDER = b"Subject: x\r\n\r\nhello"
GBK_AS_GB2312 = letter(
    "Subject: " + word("喆先生的锿子", "gb2312"),
    "Content-Type: text/plain; charset=gb2312",
    body="收到的镕炉坏了，请喆先生处理。".encode("gb18030"),
)
UTF8_AS_ASCII = letter("Content-Type: text/plain; charset=us-ascii", body="帐篷坏了".encode())
GBK_AS_LATIN = letter("Content-Type: text/plain; charset=iso-8859-1", body="帐篷的杆子断了，怎么办".encode("gbk"))
REALLY_LATIN = letter(
    "Content-Type: text/plain; charset=iso-8859-1", body="Où est ma tente, s'il vous plaît ?".encode("latin-1")
)
NO_CHARSET_GBK = letter("Content-Type: text/plain", body="退货".encode("gbk"))
UNKNOWN_CHARSET = letter("Content-Type: text/plain; charset=x-no-such-thing", body="退货".encode())
NO_TEXT_CODEC = letter("Content-Type: text/plain; charset=base64", body=b"aGVsbG8=")
GBK_AS_UTF8 = letter("Content-Type: text/plain; charset=utf-8", body="换货".encode("gbk"))
RAW_GBK_SUBJECT = letter(b"Subject: " + "退款".encode("gbk"))
SPLIT_CHARACTER = letter(
    "Subject: =?utf-8?B?" + base64.b64encode("退款".encode()[:4]).decode() + "?=\r\n"
    " =?utf-8?B?" + base64.b64encode("退款".encode()[4:]).decode() + "?="
)
BROKEN_BASE64_WORD = letter("Subject: =?utf-8?B?6YCA5qy+5?= and =?utf-8?Q?=E9=80?= =?nonsense?X?a?=")
QUOTED_WORD_SENDER = letter(
    sender='"=?gb2312?B?' + base64.b64encode("梅子".encode("gbk")).decode() + '?=" <mei@example.com>'
)
COMMA_SENDER = letter(sender="Li, Mei (梅) <mei@example.com>")
ADDRESS_ONLY_IN_TEXT = letter(sender="mei at home mei@example.com")
NO_BOUNDARY = letter("Content-Type: multipart/mixed", body=b"hello\r\n--x\r\nthere")
CUT_SHORT = letter(
    'Content-Type: multipart/mixed; boundary="b"',
    body=b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGg",
)
BROKEN_BASE64_BODY = letter("Content-Transfer-Encoding: base64", body=b"aGVsbG8!@#$")
BROKEN_QUOTED_PRINTABLE = letter("Content-Transfer-Encoding: quoted-printable", body=b"a=ZZb=\r\nc=E9=80=80")
ZERO_AND_CONTROL = letter("Subject: a\0b", body=b"x\0y\x07z")
ENDLESS_HEADER = letter("X-Long: " + "a" * 200_000, "Subject: after it")
HEADER_WITHOUT_COLON = b"From: mei@example.com\r\nthis is no header\r\nSubject: x\r\n\r\nhello"
IMPOSSIBLE_DATES = [
    letter(f"Date: {date}")
    for date in (
        "Tue, 99 Foo 2026",
        "1 Jan 1970 00:00:00 +0000",
        "2 Mar 2999 00:00:00 +0000",
        "Mon, 2 Mar 2026 10:00:00 +9999",
        "",
    )
]
DEEP = letter(
    'Content-Type: multipart/mixed; boundary="b0"',
    body=b"".join(b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(600)),
)
MANY_PARTS = letter('Content-Type: multipart/mixed; boundary="b"', body=b"--b\r\n\r\nx\r\n" * 700 + b"--b--")
RFC2231 = letter(
    'Content-Type: multipart/mixed; boundary="b"',
    body=b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*0*=UTF-8''%E9%80%80;\r\n filename*1*=%E8%B4%A7;\r\n filename*2=.pdf\r\n\r\n%PDF-1\r\n"
    b'--b\r\nContent-Type: application/pdf; name="=?gbk?B?zcu79S5wZGY=?="\r\nContent-Disposition: attachment\r\n\r\n%PDF-1\r\n'
    b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=no'such%E9\r\n\r\n%PDF-1\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="'
    + "退货.pdf".encode("gbk")
    + b'"\r\n\r\n%PDF-1\r\n--b--',
)
HTML_ONLY = letter(
    "Content-Type: text/html; charset=utf-8",
    body='<html><head><style>p{}</style><script>alert(1)</script></head><body><p onclick="x()">你好</p><p>帐篷<b>坏了</b><br>怎么办？</p>'
    '<img src="http://spy.example/1.gif"><img src="cid:p1" alt="图"><a href="javascript:x()">a</a><a href="https://a.example/x">这里</a>'
    "<blockquote>上次的话</blockquote></body></html>".encode(),
)
ALTERNATIVE = letter(
    'Content-Type: multipart/alternative; boundary="b"',
    body="--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n纯文本\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>富文本</p>\r\n--b--".encode(),
)
AUTO_REPLY = letter("Auto-Submitted: auto-replied", "Subject: Re: x", body=b"I am away")
AWAY_IN_CHINESE = letter("Subject: " + word("自动回复: 您的订单", "gb2312"), body=b"x")
EXCHANGE_AWAY = letter("Subject: Automatic reply: your order", "X-Auto-Response-Suppress: All", body=b"x")
NEWSLETTER = letter("Precedence: bulk", "List-Id: <news.example.com>", "Subject: Sale", body=b"x")
SERVER_NOTE = letter("Return-Path: <>", "Subject: hello", body=b"x", sender="x@example.com")
BOUNCE = (
    b"From: MAILER-DAEMON@mx.example.com\r\nTo: service@shop.example\r\nReturn-Path: <>\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    b'Message-ID: <d1@mx.example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
    b"Final-Recipient: rfc822; nobody@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: service@shop.example\r\nMessage-ID: <OURS@shop.example>\r\nSubject: Re: x\r\n\r\nhello\r\n--b--\r\n"
)
CHINESE_BOUNCE = letter(
    "Subject: " + word("系统退信/Systems bounce", "gbk"), "Return-Path: <>", "Content-Type: text/plain; charset=gbk",
    body="抱歉，您的邮件被退回来了…… 550 User not found\r\nMessage-ID: <first@x>\r\nMessage-Id: <OURS@shop.example>".encode("gbk"),
    sender="Postmaster@163.com",
)  # fmt: skip
DELAYED = BOUNCE.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1")
WINMAIL = letter(
    'Content-Type: multipart/mixed; boundary="b"',
    body=b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+Ig==\r\n--b--",
)
FORWARDED_LETTER = letter(
    'Content-Type: multipart/mixed; boundary="b"',
    body=b"--b\r\n\r\nsee below\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.c\r\n\r\ninner\r\n--b--",
)
EVERY: dict[str, bytes] = {
    name: value for name, value in globals().items() if name.isupper() and isinstance(value, bytes) and name != "CRLF"
} | {f"DATE_{number}": value for number, value in enumerate(IMPOSSIBLE_DATES)}
UNREADABLE = {"NOTHING", "ONLY_A_BODY", "NO_SENDER", "MANY_PARTS", "DEEP"}
