"""`steward mail …`: watched mailboxes, and taking in what is new there."""

from __future__ import annotations

import argparse
from typing import Any

from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import tells
from steward.kernel import errors
from steward.modules.messaging.commands import polling
from steward.modules.messaging.queries import mailboxes


def register(subparsers: Any) -> None:
    """Add `mail` with its subcommands."""
    top = subparsers.add_parser("mail", help="watched mailboxes: list, poll")
    verbs = top.add_subparsers(title="mail", metavar="WHAT", required=True)
    tells(verbs.add_parser("list", help="list the watched mailboxes"), _list, _list_words)
    poll = verbs.add_parser("poll", help="take in what is new, now")
    poll.add_argument("--box", default="", help="code of one mailbox (default: all)")
    tells(poll, _poll, _poll_words)


def _list(arguments: argparse.Namespace) -> Any:
    return {"mailboxes": mailboxes.mailboxes()}


def _list_words(found: Any) -> list[str]:
    return [
        f"{one['code']}  {one['address']}  {one['host']}:{one['port']}/{one['folder']}  "
        f"{'off' if not one['active'] else one['error'] or 'watched'}"
        for one in found["mailboxes"]
    ]


def _poll(arguments: argparse.Namespace) -> Any:
    """Poll one mailbox or all. Raises: NotFound."""
    if arguments.box and mailboxes.find_mailbox(arguments.box) is None:
        raise errors.NotFound(key=arguments.box)
    wanted = [one for one in mailboxes.mailboxes() if one.active and arguments.box in ("", one.code)]
    polled = [(one.code, polling.poll_mailbox(operator(), mailbox_id=one.id)) for one in wanted]
    return {
        "mailboxes": [
            {"code": code, "outcomes": dict(one.outcomes), "why": one.why}
            if one
            else {"code": code, "outcomes": {}, "why": "another process is looking at it"}
            for code, one in polled
        ]
    }


def _poll_words(found: Any) -> list[str]:
    lines = []
    for one in found["mailboxes"]:
        counts = ", ".join(f"{name} {number}" for name, number in sorted(one["outcomes"].items()))
        lines.append(f"{one['code']}: {one['why'] or counts or 'nothing new'}")
    return lines or ["no mailbox is watched"]
