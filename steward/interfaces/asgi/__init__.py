"""The one kind of web process: hot paths by own async handlers, everything else by Django."""
