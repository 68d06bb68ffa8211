SELECT DISTINCT looked.serial
FROM returns_inspection AS looked
JOIN returns_piece AS piece ON piece.id = looked.piece_id
JOIN returns_case AS own ON own.id = piece.case_id
WHERE looked.serial = ANY (%(serials)s::text[])
GROUP BY looked.serial
HAVING count(DISTINCT own.order_id) > 1
