"""The page of consequences: which handler hears which event, and which connector serves which port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steward.kernel.events import Event
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.customers.events import (
    AccountEnded,
    AccountSet,
    CustomerErased,
    CustomersMerged,
    CustomersUnmerged,
    SignInAsked,
)
from steward.modules.deadlines import handlers as deadlines
from steward.modules.deadlines.events import (
    ClockBreached,
    ClockEscalated,
    ClocksRedated,
    ClockWarned,
    PolicyAdded,
    PolicyChanged,
    PolicyRetired,
)
from steward.modules.desk.events import (
    TicketAnswered,
    TicketContinued,
    TicketMoved,
    TicketOpened,
    TicketOwned,
    TicketRestated,
)
from steward.modules.desk.handlers import classifying as desk_classifying
from steward.modules.desk.handlers import complaints as desk_complaints
from steward.modules.desk.handlers import flows as desk_flows
from steward.modules.desk.handlers import messages as desk
from steward.modules.desk.handlers import routing as desk_routing
from steward.modules.desk.handlers import watching as desk_watching
from steward.modules.fulfilment import handlers as fulfilment
from steward.modules.incidents import handlers as incidents
from steward.modules.incidents.events import SurgeStarted
from steward.modules.inventory import handlers as inventory
from steward.modules.inventory.events import (
    HoldExpired,
    PromiseWithdrawn,
    ReservationsLost,
    StockMoved,
    StocktakeMoved,
    WriteOffEnded,
)
from steward.modules.logistics import handlers as logistics
from steward.modules.logistics.events import (
    ReturnAnnounced,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentEased,
    ShipmentHandedOver,
    ShipmentMoved,
    ShipmentTroubled,
)
from steward.modules.messaging import handlers as messaging
from steward.modules.messaging.events import MessageFailed, MessageReceived, MessageSent
from steward.modules.orders import handlers as orders
from steward.modules.orders.events import (
    LineCancelled,
    OrderApproved,
    OrderCancelled,
    OrderChanged,
    OrderConflicted,
    OrderFulfilmentChanged,
    OrderMended,
    OrderPaymentChanged,
    OrderPromised,
    OrderReceived,
    StepChanged,
)
from steward.modules.payments import handlers as payments
from steward.modules.payments.events import (
    HandoverSettled,
    PaymentMismatched,
    PaymentRecorded,
    RefundDecided,
    RefundDisputed,
    RefundFailed,
    RefundPaid,
    RefundRequested,
    RefundStuck,
    RefundWithdrawn,
)
from steward.modules.people.events import (
    AppointmentAnnounced,
    CalendarChanged,
    HolidaysMissed,
    LeaveMoved,
    PresenceSet,
    TeamChanged,
    TeamMembersSet,
)
from steward.modules.returns import handlers as returns
from steward.modules.returns.events import (
    CaseClosed,
    CaseDecided,
    CaseInspected,
    CaseOpened,
    CasePieceMoved,
    CaseRefundAsked,
    CaseRefundSettled,
    ExchangeMoved,
    ParcelAnnounced,
)

SUBSCRIPTIONS: dict[type[Event], list[Callable[..., Any]]] = {
    OrderReceived: [
        orders.on_order_received_advance_order,
        orders.on_order_received_match_callbacks,
        orders.on_order_received_tell_buyers,
    ],
    OrderApproved: [fulfilment.on_order_approved_allocate_orders],
    OrderPromised: [
        orders.on_order_promised_withdraw_offers,
        fulfilment.on_order_promised_allocate_orders,
    ],
    OrderPaymentChanged: [
        orders.on_order_payment_changed_tell_buyers,
        returns.on_order_payment_changed_settle_exchanges,
    ],
    OrderFulfilmentChanged: [returns.on_order_fulfilment_changed_note_deliveries],
    OrderCancelled: [
        fulfilment.on_order_cancelled_end_allocations,
        orders.on_order_cancelled_offer_goods,
        orders.on_order_cancelled_lapse_holds,
        orders.on_order_cancelled_lapse_verifications,
        orders.on_order_cancelled_tell_buyers,
        orders.on_order_cancelled_withdraw_offers,
        logistics.on_order_cancelled_cancel_shipments,
        returns.on_order_cancelled_follow_exchanges,
        desk_flows.on_order_cancelled_tick_steps,
    ],
    OrderChanged: [
        orders.on_order_changed_offer_goods,
        orders.on_order_changed_ask_for_difference,
        fulfilment.on_order_changed_plan_again,
        desk_flows.on_order_changed_tick_steps,
    ],
    ApprovalSettled: [
        orders.on_approval_settled_follow_verification,
        payments.on_approval_settled_move_refunds,
        inventory.on_approval_settled_end_write_offs,
        inventory.on_approval_settled_move_stocktakes,
        desk_complaints.on_approval_settled_follow_compensations,
    ],
    WriteOffEnded: [orders.on_write_off_ended_promise_waiting, fulfilment.on_write_off_ended_retry_orders],
    OrderMended: [orders.on_order_mended_open_exception],
    OrderConflicted: [orders.on_order_conflicted_open_exception],
    LineCancelled: [orders.on_line_cancelled_offer_goods, orders.on_line_cancelled_open_exception],
    PaymentRecorded: [orders.on_payment_recorded_follow_payments, orders.on_payment_recorded_give_back_late],
    PaymentMismatched: [orders.on_payment_mismatched_open_finding, orders.on_payment_mismatched_open_exception],
    RefundRequested: [orders.on_refund_requested_follow_payments, desk_flows.on_refund_requested_tick_steps],
    RefundDecided: [
        orders.on_refund_decided_follow_payments,
        desk_flows.on_refund_decided_tick_steps,
        desk_complaints.on_refund_decided_follow_compensations,
        returns.on_refund_decided_follow_cases,
    ],
    RefundPaid: [
        orders.on_refund_paid_follow_payments,
        orders.on_refund_paid_tell_buyers,
        orders.on_refund_paid_close_exception,
        desk_flows.on_refund_paid_tick_steps,
        desk_complaints.on_refund_paid_follow_compensations,
        returns.on_refund_paid_follow_cases,
    ],
    RefundFailed: [
        orders.on_refund_failed_follow_payments,
        orders.on_refund_failed_open_exception,
        desk_complaints.on_refund_failed_follow_compensations,
        returns.on_refund_failed_follow_cases,
    ],
    RefundStuck: [orders.on_refund_stuck_open_exception, orders.on_refund_stuck_tell_buyers],
    RefundDisputed: [orders.on_refund_disputed_open_exception],
    RefundWithdrawn: [
        orders.on_refund_withdrawn_follow_payments,
        orders.on_refund_withdrawn_close_exception,
        desk_complaints.on_refund_withdrawn_follow_compensations,
        returns.on_refund_withdrawn_follow_cases,
    ],
    ShipmentCancelled: [logistics.on_shipment_cancelled_watch_shipments],
    ShipmentHandedOver: [logistics.on_shipment_handed_over_tell_buyers, desk_flows.on_shipment_handed_over_tick_steps],
    ShipmentMoved: [
        logistics.on_shipment_moved_follow_orders,
        logistics.on_shipment_moved_watch_shipments,
        logistics.on_shipment_moved_record_ends,
        logistics.on_shipment_moved_tell_buyers,
        returns.on_shipment_moved_move_pieces,
    ],
    ShipmentDelivered: [
        logistics.on_shipment_delivered_tell_buyers,
        desk_flows.on_shipment_delivered_tick_steps,
        returns.on_shipment_delivered_move_pieces,
    ],
    ShipmentTroubled: [
        logistics.on_shipment_troubled_tell_buyers,
        logistics.on_shipment_troubled_open_exception,
        desk_flows.on_shipment_troubled_tick_steps,
    ],
    ShipmentEased: [logistics.on_shipment_eased_close_exception, desk_flows.on_shipment_eased_tick_steps],
    StockMoved: [orders.on_stock_moved_promise_waiting, fulfilment.on_stock_moved_retry_orders],
    ReservationsLost: [fulfilment.on_reservations_lost_place_anew],
    StocktakeMoved: [inventory.on_stocktake_moved_book_counts],
    HoldExpired: [orders.on_hold_expired_note_release],
    PromiseWithdrawn: [orders.on_promise_withdrawn_note_release, fulfilment.on_promise_withdrawn_call_off_shipments],
    PolicyAdded: [deadlines.on_policy_added_realign_clocks],
    PolicyChanged: [deadlines.on_policy_changed_realign_clocks],
    PolicyRetired: [deadlines.on_policy_retired_realign_clocks],
    AppointmentAnnounced: [messaging.on_appointment_announced_remind_customers],
    CalendarChanged: [deadlines.on_calendar_changed_realign_clocks],
    TeamChanged: [deadlines.on_team_changed_realign_clocks],
    TeamMembersSet: [deadlines.on_team_members_set_realign_clocks],
    HolidaysMissed: [deadlines.on_holidays_missed_tell_people],
    ClockWarned: [deadlines.on_clock_warned_tell_people, orders.on_clock_warned_remind_unpaid],
    ClockEscalated: [
        deadlines.on_clock_escalated_tell_people,
        orders.on_clock_escalated_reassign_subjects,
        desk_routing.on_clock_escalated_reassign_tickets,
    ],
    ClocksRedated: [desk_routing.on_clocks_redated_follow_clocks],
    ClockBreached: [
        orders.on_clock_breached_cancel_unpaid,
        orders.on_clock_breached_expire_offers,
        deadlines.on_clock_breached_tell_people,
        orders.on_clock_breached_open_exception,
        returns.on_clock_breached_lapse_exchanges,
    ],
    SurgeStarted: [incidents.on_surge_started_advance_waiting],
    StepChanged: [orders.on_step_changed_advance_orders],
    AccountSet: [orders.on_account_set_advance_orders],
    AccountEnded: [orders.on_account_ended_advance_orders],
    TicketOpened: [
        desk_flows.on_ticket_opened_start_flow,
        desk_routing.on_ticket_opened_route_tickets,
        desk_classifying.on_ticket_opened_classify,
        desk_complaints.on_ticket_opened_notice_complaints,
    ],
    TicketRestated: [
        desk_flows.on_ticket_restated_start_flow,
        desk_routing.on_ticket_restated_route_tickets,
        desk_complaints.on_ticket_restated_notice_complaints,
    ],
    TicketOwned: [
        desk_flows.on_ticket_owned_tick_steps,
        desk_routing.on_ticket_owned_route_tickets,
        desk_watching.on_ticket_owned_note_news,
    ],
    TicketAnswered: [desk_flows.on_ticket_answered_tick_steps],
    TicketContinued: [
        desk_flows.on_ticket_continued_tick_steps,
        desk_routing.on_ticket_continued_route_tickets,
        desk_watching.on_ticket_continued_note_news,
        desk_complaints.on_ticket_continued_resume_complaints,
    ],
    TicketMoved: [
        desk_flows.on_ticket_moved_tick_steps,
        desk_routing.on_ticket_moved_route_tickets,
        desk_watching.on_ticket_moved_note_news,
    ],
    ReturnAnnounced: [desk_flows.on_return_announced_tick_steps],
    CaseOpened: [desk_flows.on_case_opened_tick_steps],
    CaseDecided: [
        returns.on_case_decided_settle_alone,
        returns.on_case_decided_end_exchanges,
        desk_flows.on_case_decided_tick_steps,
    ],
    ExchangeMoved: [returns.on_exchange_moved_go_on],
    ParcelAnnounced: [desk_flows.on_parcel_announced_tick_steps],
    CasePieceMoved: [
        returns.on_case_piece_moved_settle_alone,
        returns.on_case_piece_moved_settle_exchanges,
        desk_flows.on_case_piece_moved_tick_steps,
    ],
    CaseInspected: [
        returns.on_case_inspected_settle_alone,
        returns.on_case_inspected_settle_exchanges,
        desk_flows.on_case_inspected_tick_steps,
    ],
    CaseRefundSettled: [returns.on_case_refund_settled_carry_out_owed],
    HandoverSettled: [returns.on_handover_settled_follow_owed],
    CaseRefundAsked: [desk_flows.on_case_refund_asked_tick_steps],
    CaseClosed: [desk_flows.on_case_closed_tick_steps],
    CustomerErased: [
        messaging.on_customer_erased_redact_messages,
        orders.on_customer_erased_forget_indexes,
        desk.on_customer_erased_forget_words,
        returns.on_customer_erased_forget_words,
    ],
    MessageReceived: [desk.on_message_received_take_in, orders.on_message_received_import_tables],
    MessageSent: [desk.on_message_sent_settle_answers],
    MessageFailed: [desk.on_message_failed_mark_answers, desk_complaints.on_message_failed_end_follow_ups],
    PresenceSet: [desk_routing.on_presence_set_route_tickets],
    LeaveMoved: [desk_routing.on_leave_moved_hand_over_tickets],
    SignInAsked: [messaging.on_sign_in_asked_send_codes],
    CustomersMerged: [orders.on_customers_merged_follow_buyers],
    CustomersUnmerged: [orders.on_customers_unmerged_follow_buyers],
}

# Ports that connectors serve, by dotted name: modules ask for a port, never for a connector.
CONNECTORS: dict[str, str] = {
    "deadlines.names.ticket_step": "steward.modules.desk.queries.flows.step_names",
    "deadlines.names.call": "steward.modules.desk.queries.calls.call_names",
    "deadlines.names.quality_review": "steward.modules.desk.queries.quality.review_names",
    "deadlines.names.order": "steward.modules.orders.queries.names.order_names",
    "deadlines.names.exception": "steward.modules.orders.queries.names.exception_names",
    "deadlines.names.approval": "steward.modules.orders.queries.names.approval_names",
    "deadlines.names.return": "steward.modules.returns.queries.names.case_names",
    "deadlines.names.offer": "steward.modules.orders.queries.names.offer_names",
    "deadlines.names.complaint": "steward.modules.desk.queries.complaints.complaint_names",
    "deadlines.names.ticket": "steward.modules.desk.queries.routing_takers.ticket_names",
    "deadlines.takers.order": "steward.modules.orders.queries.takers.order_takers",
    "deadlines.takers.exception": "steward.modules.orders.queries.takers.exception_takers",
    "deadlines.takers.approval": "steward.modules.orders.queries.takers.approval_takers",
    "deadlines.takers.ticket": "steward.modules.desk.queries.routing_takers.ticket_takers",
    "logistics.machine": "steward.connectors.packing_machine.machine",
    "logistics.tracking.aftership": "steward.connectors.tracking.aftership",
    "logistics.tracking.kuaidi100": "steward.connectors.tracking.kuaidi100",
    "logistics.tracking.standard": "steward.connectors.tracking.standard",
    "logistics.tracking.track17": "steward.connectors.tracking.track17",
    "logistics.tracking_file": "steward.connectors.tracking.filing.read_file",
    "logistics.tracking_poll": "steward.connectors.tracking.polling.poll",
    "logistics.printer": "steward.connectors.labels.printer",
    "desk.translator": "steward.connectors.translation.translator",
    "desk.phone": "steward.connectors.phone.read",
    "messaging.channel.sms.aliyun": "steward.connectors.sms_in.aliyun",
    "messaging.channel.sms.tencent": "steward.connectors.sms_in.tencent",
    "messaging.channel.sms.twilio": "steward.connectors.sms_in.twilio",
    "messaging.channel.social.standard": "steward.connectors.social.standard",
    "messaging.channel.social.weibo": "steward.connectors.social.weibo",
    "messaging.channel.wechat": "steward.connectors.wechat.door",
    "messaging.files.wechat": "steward.connectors.wechat.speaker",
    "messaging.mail": "steward.connectors.choosing.mail",
    "messaging.mail_reader": "steward.connectors.imap_mail.reader",
    "messaging.reply.social": "steward.connectors.social.answering",
    "messaging.reply.wechat": "steward.connectors.wechat.answering",
    "messaging.reporter.development": "steward.connectors.development.reporting.send_report",
    "messaging.reports.aliyun_sms": "steward.connectors.aliyun_sms.reports",
    "messaging.reports.anymail": "steward.connectors.anymail_mail.reports",
    "messaging.reports.development": "steward.connectors.development.reports",
    "messaging.reports.tencent_sms": "steward.connectors.tencent_sms.reports",
    "messaging.reports.twilio_sms": "steward.connectors.twilio_sms.reports",
    "messaging.scanner": "steward.connectors.clamd.scanner",
    "messaging.sms": "steward.connectors.choosing.sms",
    "messaging.webhook": "steward.connectors.webhook_poster.connected",
    "orders.row_source": "steward.connectors.spreadsheets.open_rows",
    "orders.rejects": "steward.connectors.spreadsheets.open_rejects",
    "payments.callback.alipay": "steward.connectors.alipay.door",
    "payments.callback.stripe": "steward.connectors.stripe.door",
    "payments.callback.wechatpay": "steward.connectors.wechatpay.door",
    "payments.gateway.alipay": "steward.connectors.alipay.open_gateway",
    "payments.gateway.signed_http": "steward.connectors.payment_gateway.open_gateway",
    "payments.gateway.stripe": "steward.connectors.stripe.open_gateway",
    "payments.gateway.wechatpay": "steward.connectors.wechatpay.open_gateway",
    "payments.statement_file": "steward.connectors.payment_statements.read_statement",
}
