"""What goes with a repair: visits, loaners, money, giving back; operations of the router of repairs."""

from steward.interfaces.api import repair_shapes as shapes
from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.repairs import ASK, DECIDE, REPAIR, RepairNumber, full, id_of, lent, owed, router
from steward.interfaces.api.replies import replayable_sealed
from steward.kernel import moment
from steward.modules.returns.commands import repairing_charges, repairing_ending, repairing_loaners, repairing_visits

__all__ = ["router"]


@router.post(
    "/returns/repairs/{repair}/visits",
    response=shapes.RepairFull,
    operation_id="book_repair_visit",
    summary="Agree on a time",
)
@replayable_sealed
def book_repair_visit(request: ApiRequest, repair: RepairNumber, payload: shapes.VisitInput) -> shapes.RepairFull:
    """Book a time at a station or at the customer's; nobody is booked twice. Needs `returns.request`."""
    id_ = id_of(request, repair, ASK)
    draft = repairing_visits.VisitDraft(**payload.model_dump())
    repairing_visits.book_visit(request.auth, repair_id=id_, draft=draft, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/visits/cancel",
    response=shapes.RepairFull,
    operation_id="cancel_repair_visit",
    summary="Call the visit off",
)
@replayable_sealed
def cancel_repair_visit(request: ApiRequest, repair: RepairNumber, payload: shapes.WhyInput) -> shapes.RepairFull:
    """Call off the visit that is to come. Needs `returns.request`."""
    id_ = id_of(request, repair, ASK)
    repairing_visits.cancel_visit(request.auth, repair_id=id_, reason=payload.why, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/loaners",
    response=shapes.RepairFull,
    operation_id="lend_during_repair",
    summary="Lend something meanwhile",
)
@replayable_sealed
def lend_during_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.LoanInput) -> shapes.RepairFull:
    """Lend one piece out of stock until the repair is done. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    draft = repairing_loaners.LoanDraft(**payload.model_dump())
    repairing_loaners.lend(request.auth, repair_id=id_, draft=draft, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/loaners/return",
    response=shapes.RepairFull,
    operation_id="take_loaner_back",
    summary="Take the loaner back",
)
@replayable_sealed
def take_loaner_back(request: ApiRequest, repair: RepairNumber, payload: shapes.LoanBackInput) -> shapes.RepairFull:
    """It comes into quarantine, grade D as damaged. Needs `returns.repair`."""
    id_ = lent(request, repair, REPAIR)
    repairing_loaners.take_loaner_back(
        request.auth, loaner_id=id_, grade=payload.grade, note=payload.note, now=moment.now()
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/loaners/loss",
    response=shapes.RepairFull,
    operation_id="lose_loaner",
    summary="Say that the loaner is lost",
)
@replayable_sealed
def lose_loaner(request: ApiRequest, repair: RepairNumber, payload: shapes.LoanLostInput) -> shapes.RepairFull:
    """The customer owes the amount for it. Needs `returns.decide`."""
    id_ = lent(request, repair, DECIDE)
    repairing_loaners.lose_loaner(
        request.auth, loaner_id=id_, amount_minor=payload.amount_minor, why=payload.why, now=moment.now()
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/payments",
    response=shapes.RepairFull,
    operation_id="pay_repair",
    summary="Record a payment",
)
@replayable_sealed
def pay_repair(request: ApiRequest, repair: RepairNumber, payload: shapes.PaymentInput) -> shapes.RepairFull:
    """Record money that was paid for it; the same transaction counts once. Needs `payments.record`."""
    id_ = owed(request, repair, "payments.record")
    repairing_charges.pay_charge(
        request.auth,
        charge_id=id_,
        transaction=payload.transaction,
        amount_minor=payload.amount_minor,
        now=moment.now(),
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/waive",
    response=shapes.RepairFull,
    operation_id="waive_repair_charge",
    summary="Let what is owed go",
)
@replayable_sealed
def waive_repair_charge(request: ApiRequest, repair: RepairNumber, payload: shapes.WhyInput) -> shapes.RepairFull:
    """Not by who made the quote. Needs `returns.decide`."""
    id_ = owed(request, repair, DECIDE)
    repairing_charges.waive_charge(request.auth, charge_id=id_, why=payload.why, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/hand-over",
    response=shapes.RepairFull,
    operation_id="hand_over_repair",
    summary="Hand it over",
)
@replayable_sealed
def hand_over_repair(request: ApiRequest, repair: RepairNumber) -> shapes.RepairFull:
    """Give it to its owner; what is owed is paid or waived first. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_ending.hand_over(request.auth, repair_id=id_, now=moment.now())
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/send-back",
    response=shapes.RepairFull,
    operation_id="send_repair_back",
    summary="Send it back",
)
@replayable_sealed
def send_repair_back(request: ApiRequest, repair: RepairNumber, payload: shapes.SendBackInput) -> shapes.RepairFull:
    """Send it to its owner; what is owed is paid or waived first. Needs `returns.repair`."""
    id_ = id_of(request, repair, REPAIR)
    repairing_ending.send_back(
        request.auth,
        repair_id=id_,
        carrier=payload.carrier,
        tracking_number=payload.tracking_number,
        now=moment.now(),
    )
    return full(request, repair)


@router.post(
    "/returns/repairs/{repair}/remedy",
    response=shapes.RepairFull,
    operation_id="choose_repair_remedy",
    summary="Replacement or money instead",
)
@replayable_sealed
def choose_repair_remedy(request: ApiRequest, repair: RepairNumber, payload: shapes.RemedyInput) -> shapes.RepairFull:
    """Where the customer has the right to; a case about the piece does the rest. Needs `returns.request`."""
    id_ = id_of(request, repair, ASK)
    repairing_ending.choose_remedy(request.auth, repair_id=id_, remedy=payload.remedy, now=moment.now())
    return full(request, repair)
