"""The ground: bundled database, processes, jobs, logs."""
