INSERT INTO orders_finding (order_id, field, code, severity, params, suggestion)
SELECT * FROM unnest(%(order_ids)s::bigint[], %(fields)s::text[], %(codes)s::text[], %(severities)s::text[],
                     %(params)s::jsonb[], %(suggestions)s::jsonb[])
