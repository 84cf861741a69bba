"""From a file of the landing zone to the landing log: contract, types, quarantine."""
