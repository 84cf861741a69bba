"""Which feed, period and part a file is of that somebody hands in."""
