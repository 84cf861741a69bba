"""Speed and memory, measured side by side in one run (`make bench`). Not part of the tests: a clock is not an assertion."""
