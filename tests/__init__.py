"""Tests, benchmarks and what they share."""

import os

# The report is tested where it is made; no other refresh of a test or benchmark need draw it.
os.environ.setdefault("SNA_REPORT", "no")
