UPDATE desk_ticket AS ticket
SET due_at = said.due_at, due_kind = said.kind
FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[], %(kinds)s::text[]) AS said (id, due_at, kind)
WHERE ticket.id = said.id AND (ticket.due_at, ticket.due_kind) IS DISTINCT FROM (said.due_at, said.kind)
