"""What keeps a home running: service, alerts, retries, retention, purges, recovery."""
