WITH moved AS (
    UPDATE deadlines_clock AS clock
    SET owner_id = new.owner_id
    FROM unnest(%(ids)s::bigint[], %(afters)s::bigint[]) AS new (id, owner_id)
    WHERE clock.id = new.id AND new.owner_id IS NOT NULL
)
INSERT INTO deadlines_history (clock_id, what, at, due_at, number, verb, whom, reason, actor, owner_before, owner_after)
SELECT clock_id, what, %(now)s::timestamptz, due_at, number, 'reassign', whom, reason, %(actor)s::text, before_id, after_id
FROM unnest(%(ids)s::bigint[], %(whats)s::text[], %(dues)s::timestamptz[], %(numbers)s::smallint[], %(whoms)s::text[],
            %(reasons)s::text[], %(befores)s::bigint[], %(afters)s::bigint[])
     AS step (clock_id, what, due_at, number, whom, reason, before_id, after_id)
