UPDATE deadlines_clock AS clock
SET facts = new.facts, owner_id = new.owner_id, responsible_role = new.responsible_role
FROM unnest(%(ids)s::bigint[], %(facts)s::jsonb[], %(owners)s::bigint[], %(roles)s::text[])
     AS new (id, facts, owner_id, responsible_role)
WHERE clock.id = new.id
  AND (clock.facts, clock.owner_id, clock.responsible_role) IS DISTINCT FROM (new.facts, new.owner_id, new.responsible_role)
