"""What has been received, in an immutable log, and which of it is in use."""
