"""The months after the demonstration's last, one at a time: what a force would be sent next, drawn from what it was sent before."""

from synthetic.following.month import LAST, Following, NothingFollows, write_next_month

__all__ = ["LAST", "Following", "NothingFollows", "write_next_month"]
