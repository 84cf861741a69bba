"""What must be true of feeds, facts and marts: Great Expectations suites and the gate that runs them."""
