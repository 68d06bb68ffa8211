"""How sign-in behaves here: nobody signs up, secrets of second factors are sealed, attempts are counted."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from steward.interfaces.callers import address_of
from steward.kernel import personal

LOCKED_OUT = 429


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are created by an administrator; an address that looks like a door is none."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name or password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The current password is wrong."),
        "incorrect_code": _("The code is wrong or used already. Wait for the next one."),
        "too_many_login_attempts": _("Too many failed attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a minute, then try again."),
        "account_inactive": _("This account is deactivated."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep sign-up closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Take the address the connection comes from, or what a trusted proxy says of it."""
        return address_of(request) or "127.0.0.1"


class StaffMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keep the secrets of second factors sealed with the master key of the operator."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is wrong or used already. Wait for the next one."),
        "cannot_generate_recovery_codes": _("Set up the authenticator app first."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret; the version of the key stands in front."""
        version = max(settings.MASTER_KEYS)
        sealed = personal.seal(settings.MASTER_KEYS[version], text)
        return f"{version}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        version, _colon, sealed = encrypted_text.partition(":")
        return str(personal.unseal(settings.MASTER_KEYS[int(version)], base64.b64decode(sealed)))


def locked_out(request: HttpRequest, credentials: Any = None, **facts: Any) -> HttpResponse:
    """Answer an address that guessed too often: how long to wait, and nothing about the account."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "console/locked_out.html", {"minutes": minutes}, status=LOCKED_OUT)
