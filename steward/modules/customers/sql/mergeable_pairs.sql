SELECT pair.low, pair.high, pair.simulated, array_agg(pair.kind ORDER BY pair.kind),
       array_agg(pair.is_proved ORDER BY pair.kind)
FROM (
    SELECT least(one.id, other.id) AS low, greatest(one.id, other.id) AS high, one.simulated, shared.kind,
           CASE WHEN split_part(shared.kind, ':', 1) IN ('phone', 'email', 'shop') THEN split_part(shared.kind, ':', 1)
                ELSE 'channel' END AS value_group,
           (shared.verified_at IS NOT NULL AND owner.verified_at IS NOT NULL)
               OR split_part(shared.kind, ':', 1) NOT IN ('phone', 'email') AS is_proved
    FROM customers_identity AS shared
    JOIN customers_identity AS owner ON owner.value_index = shared.value_index AND owner.finds
    JOIN customers_customer AS one ON one.id = shared.customer_id
    JOIN customers_customer AS other ON other.id = owner.customer_id
    WHERE NOT shared.finds
      AND coalesce(one.survivor_id, one.id) <> coalesce(other.survivor_id, other.id)
      AND one.erased_at IS NULL AND other.erased_at IS NULL AND one.simulated = other.simulated
      AND (%(all)s OR shared.customer_id = ANY (%(ids)s::bigint[]) OR owner.customer_id = ANY (%(ids)s::bigint[]))
) AS pair
JOIN unnest(%(groups)s::text[], %(proofs)s::text[], %(acts)s::text[]) AS rule (value_group, proof, acts)
  ON rule.value_group = pair.value_group AND (rule.proof = 'any' OR pair.is_proved)
LEFT JOIN customers_proposal AS made ON made.low_id = pair.low AND made.high_id = pair.high
WHERE made.id IS NULL OR (made.state = 'open' AND rule.acts = 'do')
GROUP BY pair.low, pair.high, pair.simulated
ORDER BY pair.low, pair.high
LIMIT %(limit)s
