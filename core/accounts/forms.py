"""Reading the forms of account-wide settings."""

from __future__ import annotations

from collections.abc import Iterable

from core.accounts.switching import Switchboard


def chosen_switches(
    board: Switchboard, ticked: Iterable[str], opened: Iterable[str] | None
) -> dict[str, bool]:
    """Return the switches that were set on the page, by plugin.

    `opened` are those that were on when the page was opened: only what differs from them was
    chosen, so that nobody takes back what somebody else switched meanwhile. None: those that are
    on now.
    """
    wanted = {each for each in ticked if each}
    before = {name for name, is_on in board.positions.items() if is_on}
    if opened is not None:
        before = {each for each in opened if each}
    return {
        name: name in wanted
        for name in sorted(wanted | set(board.switchable))
        if (name in wanted) != (name in before)
    }
