WITH wanted AS (
    SELECT carrier, reference, key
    FROM unnest(%(carriers)s::text[], %(references)s::text[], %(keys)s::text[]) AS rows (carrier, reference, key)
), found AS (
    SELECT early.id FROM wanted
    JOIN messaging_early_report AS early ON early.carrier = wanted.carrier AND early.reference = wanted.reference
    UNION
    SELECT early.id FROM wanted
    JOIN messaging_early_report AS early
        ON early.key = wanted.key AND early.key <> '' AND early.carrier = wanted.carrier
)
DELETE FROM messaging_early_report AS early USING found WHERE early.id = found.id
RETURNING early.carrier, early.reference, early.key, early.arrived, early.detail
