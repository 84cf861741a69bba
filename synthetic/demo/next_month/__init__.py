"""The months after the demonstration's last, one at a time: drawn from those before."""

from synthetic.demo.next_month.month import LAST, NextMonth, NoNextMonthError, write_next_month

__all__ = ["LAST", "NextMonth", "NoNextMonthError", "write_next_month"]
