"""Flows: checklists that tick themselves, step by step, with a limit each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from steward.kernel.actor import NotPermitted
from steward.modules.deadlines import queries as deadlines
from steward.modules.desk.commands import flow_steps, flows, owning
from steward.modules.desk.commands.flow_facts import KINDS
from steward.modules.desk.commands.flow_steps import Fact
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.models import Ticket, TicketStep
from steward.modules.desk.queries.flows import checklists, flow_history, flows_in_force
from steward.modules.desk.rules.flows import BadFlow, Happened, parse_steps, ticked, turns
from steward.modules.desk.tests.words import DESK, customer, said, word
from steward.modules.people.queries import lists
from tests import make

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROLES = ("customer_service", "warehouse")
WORDS = {"zh-hans": "步", "zh-hant": "步", "en": "Step"}
YES_NO = [{"code": "yes", "labels": WORDS}, {"code": "no", "labels": WORDS}]


def step(code: str, *after: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "labels": WORDS, "role": "customer_service", "after": list(after)} | facts


def asked(code: str, outcome: str) -> dict[str, Any]:
    return {"fact": f"step.{code}", "op": "is", "value": outcome}


def parsed(*steps: dict[str, Any]) -> Any:
    return parse_steps(list(steps), kinds=KINDS, roles=ROLES)


class TestRules:
    def test_steps_open_once_all_before_them_are_done_or_left_out(self) -> None:
        plan = parsed(step("a"), step("b"), step("c", "a", "b"))

        assert turns(plan, {"a": "waiting", "b": "waiting", "c": "waiting"}, {}) == {"a": "open", "b": "open"}
        assert turns(plan, {"a": "done", "b": "open", "c": "waiting"}, {}) == {}
        assert turns(plan, {"a": "done", "b": "skipped", "c": "waiting"}, {}) == {"c": "open"}

    def test_what_is_not_needed_is_passed_over_with_all_that_comes_after_nothing_else(self) -> None:
        yes = [{"fact": "step.a", "op": "is", "value": "yes"}]
        plan = parsed(step("a", outcomes=YES_NO), step("b", "a", only=yes), step("c", "b"), step("d", "a", "c"))
        states = {"a": "done", "b": "waiting", "c": "waiting", "d": "waiting"}

        assert turns(plan, states, {"step.a": "yes"}) == {"b": "open"}
        assert turns(plan, states, {"step.a": "no"}) == {"b": "passed"}
        assert turns(plan, states | {"b": "passed"}, {"step.a": "no"}) == {"c": "passed"}
        assert turns(plan, states | {"b": "passed", "c": "passed"}, {"step.a": "no"}) == {"d": "open"}

    @pytest.mark.parametrize(
        ("steps", "place"),
        [
            ([], "count"),
            ([step("a", "b"), step("b", "a")], "circle"),
            ([step("a"), step("a")], "1: code"),
            ([step("a", "x")], "1: after"),
            ([step("a", role="nobody")], "1: role"),
            ([step("a", labels={"en": "A"})], "1: labels"),
            ([step("a", done_when=[{"event": "no.such"}])], "1: event"),
            ([step("a", outcomes=[YES_NO[0], YES_NO[0]])], "1: outcome"),
            ([step("a", outcomes=YES_NO, done_when=[{"event": "desk.ticket_owned"}])], "1: outcome"),
            ([step("a", only=[{"fact": "weather", "op": "is", "value": "fine"}])], "1: only"),
            ([step("a", "b", outcomes=YES_NO), step("b", only=[asked("a", "yes")])], "2: only"),
            ([step("a", outcomes=YES_NO), step("b", "a", only=[asked("a", "maybe")])], "2: only"),
            ([step("a"), step("b", "a", only=[{"fact": "urgency", "op": "below", "value": "x"}])], "2: only"),
        ],
    )
    def test_what_cannot_be_followed_is_refused_by_name(self, steps: list[dict[str, Any]], place: str) -> None:
        with pytest.raises(BadFlow) as refused:
            parsed(*steps)
        assert refused.value.place == place

    def test_what_we_do_ourselves_counts_only_once_it_is_the_steps_turn(self) -> None:
        answer = parsed(step("a", done_when=[{"event": "desk.ticket_answered"}]))[0]
        parcel = parsed(step("a", done_when=[{"event": "logistics.shipment_delivered"}]))[0]

        assert ticked(answer, "waiting", Happened("desk.ticket_answered", {})) is None
        assert ticked(answer, "open", Happened("desk.ticket_answered", {})) == answer.done_when[0]
        assert ticked(parcel, "waiting", Happened("logistics.shipment_delivered", {})) == parcel.done_when[0]
        assert ticked(parcel, "done", Happened("logistics.shipment_delivered", {})) is None


@pytest.mark.django_db
class TestATicketsFlow:
    @pytest.fixture
    def ticket_id(self) -> int:
        """Return a ticket about the quality of goods of an order, a minute old."""
        id_ = said(word("杯子碎了", customer_id=customer()))[0].ticket_id or 0
        Ticket.objects.filter(id=id_).update(order_id=77)
        restate_tickets(make.TESTER, ticket_ids=[id_], facts=Facts(category="product_quality"), now=make.NOW + MINUTE)
        flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW + MINUTE)
        return id_

    def states(self, ticket_id: int) -> dict[str, str]:
        return {one.code: one.state for one in checklists([ticket_id])[ticket_id].steps}

    def happened(self, kind: str, minutes: int, *, ticket_id: int | None = None, **facts: Any) -> None:
        at = make.NOW + minutes * MINUTE
        fact = Fact(kind, at, facts, ticket_id=ticket_id, order_id=None if ticket_id else 77)
        flow_steps.tick_steps(DESK, happened=[fact], now=at)

    def test_it_begins_with_the_category_and_its_first_step_has_a_limit(self, ticket_id: int) -> None:
        list_ = checklists([ticket_id])[ticket_id]

        assert (list_.flow, list_.steps[0].state, list_.steps[1].state) == ("quality", "open", "waiting")
        assert list_.steps[0].clock is not None
        assert list_.steps[0].clock.due_at == make.NOW + 15 * MINUTE

    def test_steps_tick_when_their_events_happen_and_open_the_next(self, ticket_id: int) -> None:
        owning.take_tickets(make.agent_wang(), ticket_ids=[ticket_id], now=make.NOW + 2 * MINUTE)
        self.happened("desk.ticket_owned", 2, ticket_id=ticket_id)
        self.happened("desk.ticket_answered", 3, ticket_id=ticket_id, automatic=True)
        assert self.states(ticket_id)["reply"] == "open"

        self.happened("desk.ticket_answered", 4, ticket_id=ticket_id, automatic=False)

        assert self.states(ticket_id) == {
            "accept": "done", "reply": "done", "evidence": "open", "judge": "waiting", "propose": "waiting",
            "back": "waiting", "inspect": "waiting", "fulfil": "waiting", "confirm": "waiting",
        }  # fmt: skip
        ended = deadlines.clocks_of("ticket_step", TicketStep.objects.get(code="reply").id)[0]
        assert (ended.outcome, ended.stopped_at) == ("met", make.NOW + 4 * MINUTE)

    def test_a_parcel_that_comes_back_opens_the_inspection(self, ticket_id: int) -> None:
        for code in ("accept", "reply", "evidence", "judge", "propose"):
            one = TicketStep.objects.get(ticket_id=ticket_id, code=code)
            flow_steps.do_step(make.TESTER, step_id=one.id, now=make.NOW + HOUR)

        self.happened("logistics.shipment_delivered", 90, direction="outbound")
        assert self.states(ticket_id)["back"] == "open"
        self.happened("logistics.shipment_delivered", 100, direction="return")

        assert (self.states(ticket_id)["back"], self.states(ticket_id)["inspect"]) == ("done", "open")

    def test_what_happens_to_the_case_ticks_the_steps_after_the_solution(self, ticket_id: int) -> None:
        for code in ("accept", "reply", "evidence", "judge"):
            one = TicketStep.objects.get(ticket_id=ticket_id, code=code)
            flow_steps.do_step(make.TESTER, step_id=one.id, now=make.NOW + HOUR)

        self.happened("returns.case_decided", 70, verb="refuse")
        assert self.states(ticket_id)["propose"] == "open"
        self.happened("returns.case_decided", 80, verb="approve")
        self.happened("returns.case_piece_moved", 90, after="received")
        self.happened("returns.case_inspected", 100, settled=False)
        assert self.states(ticket_id)["inspect"] == "open"
        self.happened("returns.case_inspected", 110, settled=True)
        self.happened("returns.case_closed", 120, state="completed")

        states = self.states(ticket_id)
        assert [states[code] for code in ("propose", "back", "inspect", "fulfil", "confirm")] == [*["done"] * 4, "open"]

    def test_hearing_it_twice_changes_nothing(self, ticket_id: int) -> None:
        self.happened("desk.ticket_owned", 2, ticket_id=ticket_id)
        before = list(TicketStep.objects.order_by("id").values())

        self.happened("desk.ticket_owned", 3, ticket_id=ticket_id)

        assert list(TicketStep.objects.order_by("id").values()) == before

    def test_what_the_desk_did_before_the_flow_began_counts(self) -> None:
        id_ = said(word("快递丢了", customer_id=customer()))[0].ticket_id or 0
        owning.take_tickets(make.agent_wang(), ticket_ids=[id_], now=make.NOW + MINUTE)
        restate_tickets(make.TESTER, ticket_ids=[id_], facts=Facts(category="logistics"), now=make.NOW + HOUR)

        flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW + HOUR)

        assert self.states(id_)["accept"] == "done"

    def test_another_category_drops_what_was_not_done(self, ticket_id: int) -> None:
        restate_tickets(make.TESTER, ticket_ids=[ticket_id], facts=Facts(category="payment"), now=make.NOW + HOUR)

        flow_steps.start_flows(DESK, ticket_ids=[ticket_id], now=make.NOW + HOUR)

        assert checklists([ticket_id])[ticket_id].flow == "payment"
        assert set(TicketStep.objects.filter(flow__code="quality").values_list("state", flat=True)) == {"dropped"}

    def test_tickets_that_no_flow_fits_cost_no_statement_each(self, django_assert_max_num_queries: Any) -> None:
        ids = [said(word(customer_id=customer(f"+861360000{n:04}")))[0].ticket_id or 0 for n in range(30)]

        with django_assert_max_num_queries(6):
            assert flow_steps.start_flows(DESK, ticket_ids=ids, now=make.NOW) == 0

    def test_no_step_is_done_before_its_turn_or_left_out_by_just_anybody(self, ticket_id: int) -> None:
        judge, accept = (TicketStep.objects.get(ticket_id=ticket_id, code=code).id for code in ("judge", "accept"))

        with pytest.raises(flow_steps.NotItsTurn):
            flow_steps.do_step(make.TESTER, step_id=judge, now=make.NOW + HOUR)
        with pytest.raises(NotPermitted):
            flow_steps.skip_step(make.agent_wang(), step_id=accept, reason="没必要", now=make.NOW + HOUR)
        with pytest.raises(ReasonNeeded):
            flow_steps.skip_step(make.TESTER, step_id=accept, reason=" ", now=make.NOW + HOUR)
        assert self.states(ticket_id)["accept"] == "open"


@pytest.mark.django_db
class TestTheEditor:
    def draft(self, **changes: Any) -> flows.FlowDraft:
        given: dict[str, Any] = {
            "code": "recall",
            "labels": WORDS,
            "condition": [{"fact": "sub_reason", "op": "is", "value": "unsafe"}],
            "steps": [step("stop"), step("tell", "stop")],
        }
        return flows.FlowDraft(**(given | changes))

    def test_a_change_is_a_version_and_tickets_go_on_under_theirs(self) -> None:
        id_ = said(word("漏气", customer_id=customer()))[0].ticket_id or 0
        Ticket.objects.filter(id=id_).update(sub_reason="unsafe")
        flows.save_flow(make.TESTER, draft=self.draft(position=1), reason="安全问题")
        flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW)

        flows.save_flow(make.TESTER, draft=self.draft(position=1, steps=[step("only")]), reason="简化")

        assert [one.version for one in flow_history("recall")] == [2, 1]
        assert [one.code for one in checklists([id_])[id_].steps] == ["stop", "tell"]

    def test_a_limit_of_a_step_is_a_policy(self) -> None:
        flows.save_flow(make.TESTER, draft=self.draft(limits_s={"stop": 1800}), reason="快")
        flows.save_flow(make.TESTER, draft=self.draft(limits_s={"stop": 900}), reason="更快")

        limit = next(one for one in deadlines.active_policies() if one.code == "recall.stop")
        assert (limit.target_s, limit.version) == (900, 2)

    def test_what_is_in_force_can_be_saved_as_it_is(self) -> None:
        assert {one.code for one in flows_in_force()} == {"quality", "logistics", "order", "payment", "service"}
        for one in flows_in_force():
            parse_steps(msgspec.to_builtins(one.steps), kinds=KINDS, roles=lists.role_labels())

    def test_a_flow_that_fits_every_ticket_is_refused(self) -> None:
        with pytest.raises(flows.UnfitFlow):
            flows.save_flow(make.TESTER, draft=self.draft(condition=[]), reason="x")
