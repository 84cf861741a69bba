"""People, places and crimes of a county that does not exist, drawn so that they add up to the published figures."""
