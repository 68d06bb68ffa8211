"""How columns become orders: the editor with its preview."""
