INSERT INTO returns_piece (case_id, line_id, position, item_id)
SELECT case_id, line_id, position, item_id
FROM unnest(%(cases)s::bigint[], %(lines)s::bigint[], %(positions)s::int[], %(items)s::bigint[])
    AS wish (case_id, line_id, position, item_id)
ORDER BY line_id, position
ON CONFLICT (line_id, position) WHERE live DO NOTHING
RETURNING case_id
