UPDATE returns_case
SET words = '', answers = '{}', remark = '', refusal = CASE WHEN refusal = '' THEN '' ELSE %(gone)s END,
    verdict = CASE WHEN verdict ? 'despite' THEN jsonb_set(verdict, '{despite}', to_jsonb(%(gone)s::text)) ELSE verdict END
WHERE customer_id = ANY (%(customers)s::bigint[])
RETURNING id
