"""What agencies would deliver about the county: a module per feed or group of feeds, each in the format of its contract."""
