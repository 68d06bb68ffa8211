"""Staff, roles, permissions, tokens, teams."""
