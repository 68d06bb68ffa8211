"""Addresses of the service desk."""

from __future__ import annotations

from django.urls import path

from steward.interfaces.console.desk import acting, flows, inbox, linking, presence, routing, stating, steps, wall

urlpatterns = [
    path("", inbox.inbox, name="desk_inbox"),
    path("routing/", routing.desk_routing, name="desk_routing"),
    path("routing/rules", routing.routing_rule_new, name="routing_rule_new"),
    path("routing/rules/<slug:code>", routing.routing_rule_save, name="routing_rule_save"),
    path("routing/rules/<slug:code>/retire", routing.routing_rule_retire, name="routing_rule_retire"),
    path("routing/needs", routing.routing_need, name="routing_need"),
    path("routing/weights", routing.routing_weights, name="routing_weights"),
    path("wall/", wall.desk_wall, name="desk_wall"),
    path("wall/list", wall.desk_wall_list, name="desk_wall_list"),
    path("wall/report", wall.desk_gaming, name="desk_gaming"),
    path("wall/tickets/<str:number>", wall.desk_listen, name="desk_listen"),
    path("wall/tickets/<str:number>/whisper", wall.desk_whisper, name="desk_whisper"),
    path("flows/", flows.desk_flows, name="desk_flows"),
    path("flows/save", flows.desk_flow_save, name="desk_flow_save"),
    path("flows/<slug:code>", flows.desk_flow, name="desk_flow"),
    path("flows/<slug:code>/retire", flows.desk_flow_retire, name="desk_flow_retire"),
    path("bulk", acting.tickets_bulk, name="tickets_bulk"),
    path("tickets/<str:number>", inbox.ticket, name="ticket"),
    path("tickets/<str:number>/presence", presence.ticket_presence, name="ticket_presence"),
    path("tickets/<str:number>/steps/<int:step_id>", steps.ticket_step, name="ticket_step"),
    path("tickets/<str:number>/take", acting.ticket_take, name="ticket_take"),
    path("tickets/<str:number>/hand-over", acting.ticket_hand_over, name="ticket_hand_over"),
    path("tickets/<str:number>/move", acting.ticket_move, name="ticket_move"),
    path("tickets/<str:number>/snooze", acting.ticket_snooze, name="ticket_snooze"),
    path("tickets/<str:number>/reject", acting.ticket_reject, name="ticket_reject"),
    path("tickets/<str:number>/watch", acting.ticket_watch, name="ticket_watch"),
    path("tickets/<str:number>/restate", stating.ticket_restate, name="ticket_restate"),
    path("tickets/<str:number>/special", stating.ticket_special, name="ticket_special"),
    path("tickets/<str:number>/reveal", stating.ticket_reveal, name="ticket_reveal"),
    path("tickets/<str:number>/merge", linking.ticket_merge, name="ticket_merge"),
    path("tickets/<str:number>/unmerge/<int:merge_id>", linking.ticket_unmerge, name="ticket_unmerge"),
    path("tickets/<str:number>/split", linking.ticket_split, name="ticket_split"),
    path("tickets/<str:number>/link", linking.ticket_link, name="ticket_link"),
    path("tickets/<str:number>/unlink", linking.ticket_unlink, name="ticket_unlink"),
]
