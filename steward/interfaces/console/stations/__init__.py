"""Pages about service stations: the directory, a day, appointments, the counter."""
