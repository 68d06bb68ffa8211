"""Refusals: what was asked cannot be done, why, and what to do about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Refuse a request; subclasses name the refused fact beside the function that raises it.

    `code` is stable and part of the API; `status` is the HTTP status; `message` says what to do.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[Any] = _("This cannot be done now.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    def __str__(self) -> str:
        return str(self.message) % self.params if self.params else str(self.message)

    def problem(self) -> dict[str, Any]:
        """Render as the body of an RFC 9457 problem, in the reader's language."""
        return {"type": f"urn:steward:{self.code}", "title": str(self), "status": self.status, "code": self.code}


class NotFound(Refusal):
    """Refuse what names something that does not exist."""

    code = "not_found"
    status = 404
    message = _("There is nothing under “%(key)s”. Check the number or search for it.")


class Stale(Refusal):
    """Refuse a change of something that somebody changed meanwhile."""

    code = "stale"
    status = 409
    message = _("Somebody changed this meanwhile. Load it again and repeat what you meant to do.")


class NotPossible(Refusal):
    """Refuse a transition that the present state does not have."""

    code = "not_possible_in_state"
    status = 409
    message = _("In the state “%(state)s” this is not possible: %(verb)s. Load the page again to see where it stands.")


class BadInput(Refusal):
    """Refuse input, with every finding at once."""

    code = "bad_input"
    status = 422
    message = _("Some fields need mending.")

    def __init__(self, findings: list[dict[str, Any]], **params: Any) -> None:
        super().__init__(**params)
        self.findings = findings

    def problem(self) -> dict[str, Any]:
        """Add the findings to the problem."""
        return {**super().problem(), "findings": self.findings}
