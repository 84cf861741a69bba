"""Permissions that hold for root too, so that what an account may not read can be tried by whoever runs the tests."""

from __future__ import annotations

import ctypes
import os
import sys

# linux/capability.h: what lets root pass over the permissions of a file.
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
_VERSION_3 = 0x20080522
# linux/prctl.h: what a program that this process runs cannot get back.
_PR_CAPBSET_DROP = 24


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def can_bind() -> bool:
    """Whether `bind` works for this account."""
    return os.geteuid() != 0 or sys.platform == "linux"


def bind() -> None:
    """Take from this process, for good, the right to open files against their permissions; others than root never had it.

    Raises:
        OSError: the kernel does not let this account drop it.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    dropped = (_DAC_OVERRIDE, _DAC_READ_SEARCH)
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    for capability in dropped:
        _check(libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    _check(libc.capget(ctypes.byref(header), sets))
    for capability in dropped:
        sets[0].effective &= ~(1 << capability)
        sets[0].permitted &= ~(1 << capability)
        sets[0].inheritable &= ~(1 << capability)
    _check(libc.capset(ctypes.byref(header), sets))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
