INSERT INTO orders_finding (order_id, field, code, severity, params, suggestion, sealed)
SELECT * FROM unnest(%(order_ids)s::bigint[], %(fields)s::text[], %(codes)s::text[], %(severities)s::text[],
                     %(params)s::jsonb[], %(suggestions)s::jsonb[], %(sealed)s::bytea[])
