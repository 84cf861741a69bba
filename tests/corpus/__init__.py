"""Bad deliveries and disguised identifiers, made in code, each with the outcome that is right for it.

`python -m tests.corpus` (`make corpus`) lands all of them and prints a table. Nothing here reads the lists and patterns of the
code that it tests: a pattern that is tried on what it was written from would only confirm itself.
"""
