"""Points, credit and coupons: what customers have, giving and taking, using coupons; what shops book themselves."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import compensation_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people_shapes import PathCode
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID
from steward.kernel import errors, moment
from steward.kernel.actor import NotPermitted
from steward.modules.catalog import queries as catalog
from steward.modules.customers.queries.merged import family
from steward.modules.payments.commands.coupons import Redemption, redeem_coupons
from steward.modules.payments.commands.handovers import Settlement, settle_handovers
from steward.modules.payments.commands.lapsing import set_wallet_terms as set_terms
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.queries import wallets as queries
from steward.modules.payments.rules.wallets import CouponUse

router = Router(tags=["wallets"])
CustomerId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
GIVE, LOOK = "payments.wallets", "customers.view"


@router.get(
    "/customers/{customer_id}/wallet",
    response=shapes.CustomerWallet,
    operation_id="get_wallet",
    summary="Read what a customer has",
)
def get_wallet(request: ApiRequest, customer_id: CustomerId) -> Any:
    """Read a person's points, credit and coupons with how they came and went. Needs `payments.view` and
    `customers.view`; a token limited to shops may not."""
    request.auth.require("payments.view")
    request.auth.require(LOOK)
    if request.auth.scopes:
        raise NotPermitted(permission=LOOK)
    ids = family([customer_id])
    if not ids:
        raise errors.NotFound(key=customer_id)
    wallet = queries.wallet_of(ids, now=moment.now())
    return {
        "balances": wallet.balances,
        "coupons": wallet.coupons,
        "movements": queries.wallet_history(ids),
    }


@router.post("/wallets/postings", response=shapes.PostingResults, operation_id="post_wallets", summary="Give and take")
@replayable
def post(request: ApiRequest, payload: shapes.PostingsInput) -> shapes.PostingResults:
    """Give and take points and credit, up to a thousand at once; each reference counts once, whoever sends it again.
    Needs `payments.wallets`."""
    request.auth.require(GIVE)
    _cover(request, [one.shop for one in payload.postings])
    postings = [
        Posting(
            reference=f"api:{one.reference}",
            kind=one.kind,
            amount=one.amount,
            customer_id=one.customer_id,
            currency=one.currency,
            shop=one.shop,
            cause=one.cause,
            number=one.number,
        )
        for one in payload.postings
    ]
    got = post_wallets(request.auth, postings=postings, now=moment.now())
    results = [
        {"reference": sent.reference, "outcome": one.outcome, "amount": one.amount}
        for sent, one in zip(payload.postings, got, strict=True)
    ]
    return shapes.PostingResults.model_validate({"results": results})


def _cover(request: ApiRequest, shops: list[str]) -> None:
    """Let in who may touch these shops; others do not exist. Raises: NotFound."""
    for shop in shops:
        if not request.auth.covers(shop) or catalog.shop_by_code(shop) is None:
            raise errors.NotFound(key=shop)


@router.post(
    "/coupons/redemptions", response=shapes.RedemptionResults, operation_id="redeem_coupons", summary="Use coupons"
)
@replayable
def redeem(request: ApiRequest, payload: shapes.RedemptionsInput) -> shapes.RedemptionResults:
    """Use coupons for purchases: each once, only for what it is good for; the same purchase again gets the same
    answer. Needs `payments.wallets`."""
    request.auth.require(GIVE)
    _cover(request, [one.shop for one in payload.redemptions])
    redemptions = [
        Redemption(
            code=one.code,
            reference=f"api:{one.reference}",
            use=CouponUse(shop=one.shop, currency=one.currency, goods_minor=one.goods_minor),
        )
        for one in payload.redemptions
    ]
    got = redeem_coupons(request.auth, redemptions=redemptions, now=moment.now())
    results = [
        {"reference": sent.reference, "saved_minor": one.saved_minor, "unfit": one.unfit}
        for sent, one in zip(payload.redemptions, got, strict=True)
    ]
    return shapes.RedemptionResults.model_validate({"results": results})


@router.get(
    "/wallet-handovers", response=shapes.HandoverPage, operation_id="list_handovers", summary="List what to book"
)
def list_handovers(request: ApiRequest, narrow: Query[shapes.HandoverQuery]) -> Any:
    """List what shops with books of their own have to give or take there, oldest first. The event
    `payments.handover_asked` tells of each. Needs `payments.wallets`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require(GIVE)
    rows = queries.handovers_page(
        shops=request.auth.scopes, state=narrow.state, after_id=narrow.after or 0, limit=narrow.limit + 1
    )
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post(
    "/wallet-handovers/settlements",
    response=shapes.Settled,
    operation_id="settle_handovers",
    summary="Say what was booked",
)
@replayable
def settle(request: ApiRequest, payload: shapes.SettlementsInput) -> shapes.Settled:
    """Say what a shop has booked in its own system, or why it will not. Needs `payments.wallets`."""
    request.auth.require(GIVE)
    settlements = [
        Settlement(handover_id=one.id, verb=one.verb, outside_reference=one.outside_reference, why=one.why)
        for one in payload.settlements
    ]
    moved = settle_handovers(request.auth, settlements=settlements, now=moment.now())
    return shapes.Settled(moved=moved)


@router.get(
    "/shops/{code}/wallet-terms",
    response=shapes.WalletTerms,
    operation_id="get_wallet_terms",
    summary="Read where a shop keeps points",
)
def get_terms(request: ApiRequest, code: PathCode) -> Any:
    """Read where a shop's points and coupons are kept, and how long they last. Needs `payments.view`."""
    request.auth.require("payments.view")
    _cover(request, [code])
    return queries.terms_of_shops([code])[code]


@router.put(
    "/shops/{code}/wallet-terms",
    response=shapes.WalletTerms,
    operation_id="set_wallet_terms",
    summary="Say where a shop keeps points",
)
@replayable
def put_terms(request: ApiRequest, code: PathCode, payload: shapes.WalletTermsInput) -> shapes.WalletTerms:
    """Say where a shop's points and coupons are kept; what was given stays as it is. Needs `payments.wallet_terms`."""
    request.auth.require("payments.wallet_terms")
    set_terms(
        request.auth,
        shop=code,
        kept=payload.kept,
        points_days=payload.points_days,
        coupon_days=payload.coupon_days,
        minor_per_100_points=payload.minor_per_100_points,
        now=moment.now(),
    )
    return shapes.WalletTerms.model_validate(queries.terms_of_shops([code])[code])
