UPDATE messaging_parked_inbound
SET state = 'dropped', sealed_raw = NULL, settled_at = %(now)s, settled_by = 'system:messaging'
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_parked_inbound
    WHERE state = 'parked' AND parked_at < %(parked_before)s
    ORDER BY parked_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
