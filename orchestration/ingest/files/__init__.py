"""Files of senders: which are read, and how each type is parsed into rows."""
