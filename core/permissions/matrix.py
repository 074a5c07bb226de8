"""The matrix of rights: kinds as columns, rights as rows, a tick in each cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from core.accounts.queries import account_facts
from core.contracts import Right
from core.i18n import _
from core.records.kinds import Kind
from core.registry import registry
from core.roles.rights import GENERAL
from core.shown import MatrixCell, MatrixColumn, MatrixGroup, MatrixRow


def active_kinds() -> list[Kind]:
    """Return the kinds of the account's active plugins."""
    return registry().kinds.of(account_facts().active_plugins)


def active_rights() -> list[Right]:
    """Return the rights that the account's active plugins check, in order."""
    active = registry().rights.active(account_facts().active_plugins)
    return [each for each in registry().rights.all() if (each.kind, each.key) in active]


def columns() -> list[MatrixColumn]:
    """Return the heads of the kinds."""
    return [MatrixColumn(each.key, str(each.label), each.icon) for each in active_kinds()]


def wire(right: Right) -> str:
    """Return a right as it stands in forms: `person.edit`."""
    return f"{right.kind}.{right.key}"


def groups(
    ticked: Collection[str],
    exists: Callable[[Right], bool],
    is_locked: Callable[[Right], bool],
) -> list[MatrixGroup]:
    """Return the rights on records, for the matrix; `ticked` are those that are on."""
    rights = [each for each in active_rights() if each.kind != GENERAL and exists(each)]
    rows = [
        _row(key, [each for each in rights if each.key == key], ticked, is_locked)
        for key in _keys(rights)
    ]
    return [MatrixGroup(_("Records"), rows)]


def _keys(rights: Iterable[Right]) -> list[str]:
    """Return the keys of the rights in the order in which they stand on the page."""
    found: dict[str, int] = {}
    for each in rights:
        found[each.key] = min(each.order, found.get(each.key, each.order))
    return sorted(found, key=lambda key: found[key])


def _row(
    key: str,
    rights: list[Right],
    ticked: Collection[str],
    is_locked: Callable[[Right], bool],
) -> MatrixRow:
    by_kind = {each.kind: each for each in rights}
    cells = []
    for kind in active_kinds():
        right = by_kind.get(kind.key)
        if right is None:
            cells.append(MatrixCell(""))
            continue
        cells.append(
            MatrixCell(
                wire(right),
                is_on=is_locked(right) or wire(right) in ticked,
                is_locked=is_locked(right),
                label=f"{right.label}: {kind.label}",
            )
        )
    return MatrixRow(str(rights[0].label), str(rights[0].explanation), cells)


def general(ticked: Collection[str], *, locked: bool) -> list[MatrixRow]:
    """Return the rights without a record, each with one cell."""
    return [
        MatrixRow(
            str(each.label),
            str(each.explanation),
            [MatrixCell(wire(each), locked or wire(each) in ticked, locked, str(each.label))],
        )
        for each in active_rights()
        if each.kind == GENERAL
    ]
