"""One area in one environment: its paths, permissions and lock, and which error messages may be shown."""
