"""The landing zone: the files that agencies have delivered, before they are read."""
