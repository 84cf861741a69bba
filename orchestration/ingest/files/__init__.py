"""Files of senders: which are read at all, and how rows come out of each kind."""
