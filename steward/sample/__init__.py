"""The sample merchant: an outdoor and food shop, generated whole from one seed and loaded by the commands people use.

Like an interface it calls commands and queries, never models. Names, streets and telephone numbers are made up.
"""
