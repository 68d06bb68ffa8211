"""Pages of screening: held orders, rules, lists, back-tests."""
