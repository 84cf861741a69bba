"""Feeds that may not hold a direct identifier are refused whole where one is found (PCSC Act 2022 s.16(4))."""
