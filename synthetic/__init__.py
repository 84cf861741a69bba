"""A county that does not exist: record-level deliveries whose totals equal the published figures.

Every person, place and crime is drawn from a random generator. Only the printed totals of the
Strategic Needs Assessment and public code lists go in; :func:`write_demo` says what comes out.
"""

from synthetic.demo import DemoSummary, write_demo

__all__ = ["DemoSummary", "write_demo"]
