"""What agencies have delivered, before anything of it is read."""
