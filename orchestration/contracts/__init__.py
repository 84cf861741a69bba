"""What each feed must hold."""
