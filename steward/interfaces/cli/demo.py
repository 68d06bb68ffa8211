"""`steward demo load`: fill an empty database with the sample merchant, and tell who may sign in to it."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from steward.kernel import moment
from steward.modules.people import queries as people
from steward.sample import crew, loading, portal

LIVE_AT_LEAST, PAST_PER_LIVE = 40, 6


def register(subparsers: Any) -> None:
    """Add `demo`."""
    top = subparsers.add_parser("demo", help="sample data to look around with")
    actions = top.add_subparsers(title="demo", metavar="WHAT", required=True)
    loader = actions.add_parser("load", help="load the sample merchant into an empty database")
    loader.add_argument("--orders", type=int, default=loading.PAST, help="how many past orders (default: %(default)s)")
    loader.add_argument("--seed", type=int, default=loading.SEED, help="what everything is drawn from")
    loader.add_argument("--secrets", action="store_true", help="print the API token and the sandbox's callback secret")
    loader.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Load, and print what there is now and who may sign in."""
    begun = time.monotonic()
    live = min(max(arguments.orders // PAST_PER_LIVE, LIVE_AT_LEAST), loading.LIVE)
    loaded = loading.load(
        now=moment.now(), say=_say, seed=arguments.seed, past_count=max(arguments.orders, 0), live_count=live
    )
    if loaded is None:
        _say("there are staff or orders already; nothing was loaded")
        return 1
    _say(
        f"{loaded.staff} staff, {loaded.items} articles, "
        f"{loaded.past_orders} past and {loaded.live_orders} live orders, "
        f"{loaded.imported} imported ({loaded.rejected} rows came back), {time.monotonic() - begun:.1f} s"
    )
    for line in (*sign_ins(), *customer_sign_in()):
        _say(line)
    if arguments.secrets:
        _say(f"API token: {loaded.token}")
        _say(f"callback secret of the provider “sandbox”: {loaded.callback_secret}")
    return 0


def load_if_empty() -> None:
    """Load the sample merchant where there are neither staff nor orders; else do nothing."""
    loading.load(now=moment.now(), say=_say)


def sign_ins() -> list[str]:
    """Say who may sign in with the demonstration's password; nothing where it is not in use."""
    known = {staff.username: staff.id for staff in people.staff_list()}
    members = [member for member in crew.sign_ins() if member.username in known]
    if not members or not _has_demo_password(known[members[0].username]):
        return []
    labels = people.role_labels()
    lines = [f"  {member.username:<10} {member.name}  {labels[member.role]}" for member in members]
    return [f"sign in with the password {crew.PASSWORD} as", *lines]


def customer_sign_in() -> list[str]:
    """Say how to look at customers' own pages as one of them; nothing where the demonstration is over."""
    phone = portal.guest() if sign_ins() else ""
    if not phone:
        return []
    return [
        f"customers' own pages are at {settings.PUBLIC_URL}/my/ – sign in there with the phone {phone};",
        f"  no message leaves this machine, so read the code at {settings.PUBLIC_URL}/messages/development",
    ]


def _has_demo_password(staff_id: int) -> bool:
    """Tell whether this person still has the password everybody knows."""
    user = ModelBackend().get_user(staff_id)
    return user is not None and bool(user.check_password(crew.PASSWORD))


def _say(text: str) -> None:
    print(f"steward: {text}", file=sys.stdout, flush=True)
