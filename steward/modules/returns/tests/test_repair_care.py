"""What goes with a repair: times nobody has twice, something lent meanwhile, and the right after repairing too often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import parameters
from steward.modules.inventory.models import Movement, Stock
from steward.modules.inventory.queries.ledger import differences
from steward.modules.people import commands as people
from steward.modules.people.commands.appointments import cancel_appointment, check_in
from steward.modules.people.models import Appointment
from steward.modules.people.tests import counter
from steward.modules.returns.commands import (
    repairing_ending,
    repairing_loaners,
    repairing_opening,
    repairing_visits,
    repairing_working,
)
from steward.modules.returns.commands.repairing_visits import VisitDraft
from steward.modules.returns.models import Case, Loaner, Piece, Repair, RepairCharge, RepairVisit
from steward.modules.returns.queries.technicians import SKILLS
from steward.modules.returns.tests import case, mending
from tests import make

pytestmark = pytest.mark.django_db
SOON = mending.CAME + timedelta(days=1)
