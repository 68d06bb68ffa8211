"""Pure rules of returns: who may send what back, what it is worth, and how a case moves."""
