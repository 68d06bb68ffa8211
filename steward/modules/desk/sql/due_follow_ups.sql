SELECT ticket.id, policy.id
FROM (
    SELECT solved.id, solved.solved_at AS since
    FROM desk_ticket AS solved
    WHERE solved.state = 'solved'
    UNION
    SELECT complaint.ticket_id, NULL
    FROM desk_complaint AS complaint
    WHERE complaint.state = 'closed'
      AND complaint.closed_at > %(now)s - make_interval(hours => %(window_h)s)
) AS found
JOIN desk_ticket AS ticket ON ticket.id = found.id
CROSS JOIN LATERAL (
    SELECT max(complaint.closed_at) AS closed_at
    FROM desk_complaint AS complaint
    WHERE complaint.ticket_id = ticket.id AND complaint.state = 'closed'
) AS complained
CROSS JOIN LATERAL (
    SELECT one.id, one.after_h
    FROM desk_follow_up_policy AS one
    WHERE one.active
      AND one.category IN ('', ticket.category)
      AND one.priority IN ('', ticket.priority)
      AND (NOT one.complaint OR complained.closed_at IS NOT NULL)
    ORDER BY one.rank, one.id
    LIMIT 1
) AS policy
WHERE (ticket.state = 'solved' AND found.since IS NOT NULL OR ticket.state = 'closed' AND ticket.closed_as = 'solved')
  AND greatest(ticket.solved_at, complained.closed_at) <= %(now)s - make_interval(hours => policy.after_h)
  AND NOT EXISTS (
      SELECT FROM desk_follow_up AS asked WHERE asked.ticket_id = ticket.id AND asked.solved_at = ticket.solved_at
  )
  AND NOT EXISTS (
      SELECT FROM desk_complaint AS open_one
      WHERE open_one.ticket_id = ticket.id AND open_one.state NOT IN ('closed', 'dismissed')
  )
ORDER BY greatest(ticket.solved_at, complained.closed_at), ticket.id
LIMIT %(limit)s
FOR UPDATE OF ticket SKIP LOCKED
