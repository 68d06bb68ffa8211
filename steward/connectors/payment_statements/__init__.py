"""Read statements of payment providers from CSV, by a mapping of their columns."""

from steward.connectors.payment_statements.reading import read_statement as read_statement
