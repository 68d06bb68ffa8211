"""Six procedures of a shop's desk as flows: what is looked up first, which way it goes on by that, where it ends."""

from __future__ import annotations

from typing import Any

from steward.modules.desk.commands.flows import FlowDraft

BACK = {"event": "logistics.shipment_delivered", "only": [{"fact": "direction", "op": "is", "value": "return"}]}
THERE = {"event": "logistics.shipment_delivered", "only": [{"fact": "direction", "op": "is_not", "value": "return"}]}
ANSWERED = {"event": "desk.ticket_answered", "only": [{"fact": "automatic", "op": "is", "value": False}]}
HEARD, ANNOUNCED = {"event": "desk.ticket_continued"}, {"event": "logistics.return_announced"}
SENT, TROUBLED = {"event": "logistics.shipment_handed_over"}, {"event": "logistics.shipment_troubled"}
ASKED, PAID = {"event": "payments.refund_requested"}, {"event": "payments.refund_paid"}
AGREED = {"event": "payments.refund_decided", "only": [{"fact": "decision", "op": "is", "value": "approved"}]}
REFUSED = {"event": "payments.refund_decided", "only": [{"fact": "decision", "op": "is_not", "value": "approved"}]}
NOT_REFUSED = {"fact": "step.decide", "op": "is_not", "value": "refused"}
CHANGED, CANCELLED = {"event": "orders.order_changed"}, {"event": "orders.order_cancelled"}
AT_HOME = ["none", "promised", "short", "allocated"]


def words(text: str) -> dict[str, str]:
    """Write the same in all languages."""
    return {"zh-hans": text, "zh-hant": text, "en": text}


def step(code: str, *after: str, may_be: str = "", role: str = "customer_service", **facts: Any) -> dict[str, Any]:
    """Write a step; `may_be` lists its outcomes."""
    outcomes = [{"code": one, "labels": words(one)} for one in may_be.split()]
    return {"code": code, "labels": words(code), "role": role, "after": list(after), "outcomes": outcomes} | facts


def only(code: str, *outcomes: str) -> list[dict[str, Any]]:
    """Ask for what came of a step."""
    return [{"fact": f"step.{code}", "op": "in", "value": list(outcomes)}]


def so(when: dict[str, Any], outcome: str) -> dict[str, Any]:
    """Say what an event means for a step."""
    return when | {"outcome": outcome}


# A stained dress: was it bought here, is it in time, does it come back fit to be sold?
STAIN = (
    step("purchase", may_be="ours foreign"),
    step("window", "purchase", may_be="open over", only=only("purchase", "ours")),
    step("refuse", "purchase", "window", done_when=[ANSWERED], only=only("window", "over", "passed")),
    step("label", "window", done_when=[ANNOUNCED], only=only("window", "open")),
    step("arrive", "label", role="warehouse", done_when=[BACK]),
    step("inspect", "arrive", role="warehouse", may_be="fair unfair"),
    step("refund", "inspect", role="finance", done_when=[PAID], only=only("inspect", "fair")),
    step("send_home", "inspect", role="warehouse", done_when=[SENT], only=only("inspect", "unfair")),
    step("tell", "refund", "send_home", done_when=[ANSWERED]),
)
# A parcel that never came: the carrier's tracking may tell before anybody looks.
MISSING = (
    step("look", role="logistics_coordinator", may_be="moving lost there", done_when=[so(TROUBLED, "lost")]),
    step("wait", "look", done_when=[THERE], only=only("look", "moving")),
    step("around", "look", may_be="found gone", only=only("look", "there")),
    step("again", "look", "around", role="warehouse", done_when=[SENT], only=only("look", "lost", "there")),
    step("tell", "wait", "around", "again", done_when=[ANSWERED]),
)
# Faster shipping: possible only while the goods are in the house.
FASTER = (
    step("fee", may_be="agreed declined", only=[{"fact": "order.fulfilment_state", "op": "in", "value": AT_HOME}]),
    step("change", "fee", role="order_clerk", done_when=[CHANGED], only=only("fee", "agreed")),
    step("too_late", only=[{"fact": "step.fee", "op": "is", "value": "passed"}], after=["fee"], done_when=[ANSWERED]),
    step("tell", "fee", "change", "too_late", only=only("fee", "agreed", "declined"), done_when=[ANSWERED]),
)
# Where is my money: not asked for, on its way, refused, or there; a customer who is unhappy reaches a manager.
REFUND = (
    step("look", role="finance", may_be="none under_way paid", done_when=[so(PAID, "paid")]),
    step("ask", "look", done_when=[ASKED], only=only("look", "none")),
    step(
        "decide",
        "ask",
        role="finance",
        may_be="agreed refused",
        done_when=[so(AGREED, "agreed"), so(REFUSED, "refused")],
    ),
    step(
        "pay",
        "look",
        "decide",
        role="finance",
        done_when=[PAID],
        only=[*only("look", "none", "under_way"), NOT_REFUSED],
    ),
    step("tell", "look", "decide", "pay", done_when=[ANSWERED]),
    step("unhappy", "tell", done_when=[HEARD], optional=True),
    step("manager", "unhappy", role="after_sales_manager", only=only("unhappy", "done")),
)
# Sold out: wait, take another, or cancel.
SOLD_OUT = (
    step("offer", done_when=[ANSWERED]),
    step("choice", "offer", may_be="wait other cancel", done_when=[so(CHANGED, "other"), so(CANCELLED, "cancel")]),
    step("restock", "choice", role="warehouse", done_when=[SENT], only=only("choice", "wait")),
    step("refund", "choice", role="finance", done_when=[PAID], only=only("choice", "cancel")),
    step("close", "choice", "restock", "refund"),
)
# Locked out of an account: nothing is told to who cannot say who they are; an urgent one reaches a person of support.
ACCOUNT = (
    step("identity", may_be="known unknown"),
    step("refuse", "identity", done_when=[ANSWERED], only=only("identity", "unknown")),
    step("second", "identity", may_be="works lost", only=only("identity", "known")),
    step("reset", "second", role="technical_support", only=only("second", "lost")),
    step("link", "second", "reset", done_when=[ANSWERED]),
    step("safety", "link", only=[{"fact": "urgency", "op": "is", "value": "urgent"}], role="supervisor"),
    step("works", "link", "safety", done_when=[HEARD]),
)
ALL: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "stain": ("product_quality", STAIN),
    "missing": ("logistics", MISSING),
    "faster": ("order", FASTER),
    "refund_status": ("payment", REFUND),
    "sold_out": ("order", SOLD_OUT),
    "account": ("user_operation", ACCOUNT),
}


def draft(code: str) -> FlowDraft:
    """Write a procedure as a manager hands it in; it comes before the flows of the house."""
    category, steps = ALL[code]
    condition = [{"fact": "category", "op": "is", "value": category}]
    return FlowDraft(code=code, labels=words(code), condition=condition, steps=list(steps), position=1)
