SELECT pg_advisory_xact_lock(%(class)s::integer, (wanted.id %% 2147483647)::integer)
FROM (SELECT unnest(%(ids)s::bigint[]) AS id ORDER BY id) AS wanted
