"""Fold away what a letter quotes: the words before it, the signature, what a telephone adds.

Programs mark quotes in a few ways: lines that begin with “>”, a line that says who wrote when, a bar with “original
message”, a block of headers. Where nothing but a quote is left, all of it counts as the words.
Source: service-desk.md § 5; the clients of Gmail, Outlook, Apple, QQ, NetEase.
"""

from __future__ import annotations

import re

from msgspec import Struct

LONGEST_INTRODUCTION = 3
# 在 2026年3月2日，梅子 <mei@example.com> 写道：  梅子 于2026年3月2日周一 10:00写道：  On Mon, Mar 2 … wrote:
WROTE = re.compile(
    r"^\s*(?=.*(?:\d|@))(?:.{0,300}?(?:写道|寫道)\s*[：:]"
    r"|(?:On|At|El|Le|Am)\b.{4,300}?(?:wrote|escribió|écrit|schrieb).{0,40}?[：:])\s*$",
    re.DOTALL,
)
BAR = re.compile(
    r"^\s*[-—_=*]{2,}\s*(?:原始邮件|原始郵件|原始邮件信息|原邮件|回复的原邮件|回复邮件|转发邮件信息|转发的邮件|轉寄郵件"
    r"|邮件原件|Original Message|Original Mail|Forwarded Message|Reply message)\s*[-—_=*]{2,}\s*$",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"^\s*(?:Begin forwarded message|开始转发的邮件|以下是转发的邮件)\s*[：:]\s*$", re.IGNORECASE)
HEADER = re.compile(
    r"^\s*[>*]*\s*(From|Sent|Date|To|Cc|Subject|发件人|发送时间|日期|时间|收件人|抄送|主题|寄件者|寄件人|寄件日期"
    r"|收件者|副本|主旨|Von|Gesendet|An|Betreff|De|Envoyé)\s*\**\s*[：:]",
    re.IGNORECASE,
)
FIRST_HEADERS = frozenset({"from", "发件人", "寄件者", "寄件人", "von", "de"})
TELEPHONE = re.compile(
    r"^\s*(?:(?:发自|來自|来自|发送自|傳送自)我的.{0,40}|(?:从|從)我的.{0,30}(?:发送|傳送)|发自.{0,20}(?:邮箱|手机).{0,20}"
    r"|Sent from (?:my|Mail for) .{0,60}|Get Outlook for .{0,60}|Sent via .{0,60})\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*_{5,}\s*$")
SIGNATURE = re.compile(r"^--\s?$")
LONGEST_SIGNATURE = 15
LONGEST_LINE = 1_000


class Folded(Struct, frozen=True):
    """A letter in two: the new words, and what was folded away."""

    text: str
    quoted: str = ""


def folded(letter: str) -> Folded:
    """Part a letter's new words from what it quotes. Lines stay as they are; nothing is lost."""
    lines = letter.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    new, old = _without_quotes(lines)
    new, signature = _without_signature(new)
    text = "\n".join(new).strip()
    if not text:
        return Folded(letter.strip())
    return Folded(text, "\n".join([*signature, *old]).strip())


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    new: list[str] = []
    old: list[str] = []
    at = 0
    while at < len(lines):
        length = _introduction(lines, at)
        if length:
            end = _end_of_marked(lines, at + length)
            if end == at + length:  # what follows is not marked: all of it is the quote
                return new, old + lines[at:]
            old += lines[at:end]
            at = end
        elif lines[at].lstrip().startswith((">", "＞")):
            old.append(lines[at])
            at += 1
        else:
            new.append(lines[at])
            at += 1
    return new, old


def _introduction(lines: list[str], at: int) -> int:
    """Tell over how many lines a quote is introduced here; 0 where none is."""
    line = lines[at][:LONGEST_LINE]
    if BAR.match(line) or FORWARDED.match(line) or _is_header_block(lines, at):
        return 1
    if not line.strip() or line.lstrip().startswith(">"):
        return 0
    for length in range(1, LONGEST_INTRODUCTION + 1):
        joined = " ".join(part[:LONGEST_LINE] for part in lines[at : at + length])
        if WROTE.match(joined):
            return length
        if length == 1 and not re.match(r"^\s*(?:On|At|在|于|於)\b|^\s*在|.*于\s*\d{4}|.*@", line):
            return 0
    return 0


def _is_header_block(lines: list[str], at: int) -> bool:
    """Tell whether the headers of the letter before begin here, as Outlook writes them, below a rule or not."""
    found = HEADER.match(lines[at][:LONGEST_LINE])
    if not found or found[1].lower() not in FIRST_HEADERS:
        return False
    following = [HEADER.match(line[:LONGEST_LINE]) for line in lines[at + 1 : at + 7] if line.strip()]
    return len({match[1].lower() for match in following if match} - FIRST_HEADERS) >= 2


def _end_of_marked(lines: list[str], at: int) -> int:
    """Return where the lines marked with “>” end that begin here, or the same place where none do."""
    end, last = at, at
    while end < len(lines) and (not lines[end].strip() or lines[end].lstrip().startswith((">", "＞"))):
        end += 1
        last = end if lines[end - 1].strip() else last
    return last


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Part off the signature at the end, and what a telephone or program adds below or above it."""
    for at, line in enumerate(lines):
        if SIGNATURE.match(line) and len(lines) - at <= LONGEST_SIGNATURE:
            return lines[:at], lines[at:]
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and (TELEPHONE.match(lines[start - 1][:LONGEST_LINE]) or RULE.match(lines[start - 1])):
        start -= 1
    return lines[:start], lines[start:]
