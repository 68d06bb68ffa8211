"""The one gate to the outside: nothing of a simulated subject leaves the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors


class Simulated(errors.Refusal):
    """Refuse to let something of a drill, of practice mode or of a past import out."""

    code = "simulated"
    status = 409
    message = _("This belongs to a drill, to practice or to the past; nothing of it is sent out.")


def may_leave(*, simulated: bool) -> bool:
    """Tell whether something of this subject may reach a customer, a carrier or a payment provider."""
    return not simulated


def require_real(*, simulated: bool) -> None:
    """Stop whatever would leave the house for a simulated subject. Raises: Simulated."""
    if not may_leave(simulated=simulated):
        raise Simulated
