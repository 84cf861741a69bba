"""Damages to sound marts, a module for each module of `expectations/suites/` beyond the police core; each is found by its name.

CASES: (subject, rule, SQL that damages the subject, named {0}). NOT_COUNTING: marts whose `meta` counts nothing, because they
count no fact.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

MODULES = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
CASES: list[tuple[str, str, str]] = [case for module in MODULES for case in module.CASES]
NOT_COUNTING: set[str] = {mart for module in MODULES for mart in getattr(module, "NOT_COUNTING", ())}
