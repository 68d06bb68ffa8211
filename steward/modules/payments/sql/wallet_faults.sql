SELECT account.id, account.balance, coalesce(entries.amount, 0)::bigint, coalesce(lots.amount, 0)::bigint
FROM payments_wallet_account AS account
LEFT JOIN (
    SELECT account_id, sum(amount) AS amount FROM payments_wallet_entry GROUP BY account_id
) AS entries ON entries.account_id = account.id
LEFT JOIN (
    SELECT account_id, sum("left") AS amount FROM payments_wallet_lot GROUP BY account_id
) AS lots ON lots.account_id = account.id
WHERE account.balance <> coalesce(entries.amount, 0) OR account.balance <> coalesce(lots.amount, 0)
ORDER BY account.id
LIMIT %(limit)s
