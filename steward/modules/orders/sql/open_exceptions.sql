INSERT INTO orders_exception
    (detector_id, subject_kind, subject_id, order_id, fact, facts, state, severity, responsible_role, mute_id, opened_at,
     reopened, automatic, outcome, closed_by, simulated)
SELECT %(detector)s, %(subject_kind)s, new.subject_id, new.order_id, new.fact, new.facts,
       CASE WHEN new.mute_id IS NULL THEN 'open' ELSE 'muted' END, %(severity)s, %(role)s, new.mute_id, %(now)s, 0, FALSE,
       '', '', new.simulated
FROM unnest(%(subjects)s::bigint[], %(orders)s::bigint[], %(keys)s::text[], %(facts)s::jsonb[], %(mutes)s::bigint[],
            %(simulated)s::boolean[]) AS new (subject_id, order_id, fact, facts, mute_id, simulated)
ORDER BY new.subject_id, new.fact
ON CONFLICT (detector_id, subject_kind, subject_id, fact) DO NOTHING
RETURNING id, state, order_id, simulated
