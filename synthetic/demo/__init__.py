"""Whole landing zones: all feeds at once, known faults in them, and the months that follow."""

from synthetic.demo.landing_zone import DemoSummary, write_demo

__all__ = ["DemoSummary", "write_demo"]
