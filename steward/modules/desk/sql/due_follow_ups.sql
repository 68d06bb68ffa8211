SELECT ticket.id, policy.id
FROM desk_ticket AS ticket
CROSS JOIN LATERAL (
    SELECT one.id, one.after_h
    FROM desk_follow_up_policy AS one
    WHERE one.active
      AND one.category IN ('', ticket.category)
      AND one.priority IN ('', ticket.priority)
      AND (NOT one.complaint OR EXISTS (
          SELECT FROM desk_complaint AS complaint
          WHERE complaint.ticket_id = ticket.id AND complaint.state = 'closed'
      ))
    ORDER BY one.rank, one.id
    LIMIT 1
) AS policy
WHERE ticket.state = 'solved'
  AND ticket.solved_at <= %(now)s - make_interval(hours => policy.after_h)
  AND NOT EXISTS (
      SELECT FROM desk_follow_up AS asked WHERE asked.ticket_id = ticket.id AND asked.solved_at = ticket.solved_at
  )
  AND NOT EXISTS (
      SELECT FROM desk_complaint AS open_one
      WHERE open_one.ticket_id = ticket.id AND open_one.state NOT IN ('closed', 'dismissed')
  )
ORDER BY ticket.solved_at, ticket.id
LIMIT %(limit)s
FOR UPDATE OF ticket SKIP LOCKED
