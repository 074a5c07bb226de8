"""Becomes another program that ends with its parent; run as a script, never imported.

    python -I -S core/launch.py PARENT SIGNAL USER PROGRAM [ARGUMENT ...]

PARENT is the process ID that is watched, SIGNAL the number that the program gets when that
process is gone, USER the login to run as or "-" to stay. Linux only: prctl(2), capabilities(7).
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def become(login: str) -> None:
    """Give up root for `login`, keeping only the right to reach files below root's folders.

    PostgreSQL refuses to run as root, but its programs and data may stand in a folder that only
    root may enter. Where the capability cannot be kept the change of user stands all the same.
    """
    user = pwd.getpwnam(login)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    only = 1 << CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)
    if libc.capset(header, sets) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: str, signal: str, login: str, *command: str) -> None:
    """Become `command`; the parent's end is watched last, since a change of user forgets it."""
    if login != "-":
        become(login)
    libc.prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
    if os.getppid() != int(parent):  # it ended before we could watch it
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
