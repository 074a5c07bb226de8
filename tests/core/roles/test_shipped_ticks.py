"""The rights and ticks as shipped, held against the tables of ACC-20 and ACC-22."""

from __future__ import annotations

import pytest

from core.accounts.founding import open_account
from core.db import account_scope, sql
from core.registry import registry
from core.users.services import Newcomer
from tests.makers import PASSWORD, actor, make_account, make_team, make_user

ROLES = {"M": "manager", "U": "user", "O": "owner", "P": "participant"}

# `*` is locked, `·` a right that nobody has as shipped, `-` one that the kind does not have.
TABLE = """
view                | M U O* P* | M U O* P*
add                 | M U       | M U
edit                | M O P     | M O P
delete              | M O       | M O
change_owner        | M O       | M O
manage_participants | M O       | M O
change_visibility   | M O       | M O
export              | M         | M
import              | M         | M
merge               | M O       | M O
anonymise           | ·         | ·
wall_write          | M U O P   | M U O P
wall_edit_own       | M U O P   | M U O P
wall_delete_own     | M U O P   | M U O P
wall_edit_others    | M         | M
wall_delete_others  | M         | M
mail_view           | M U O P   | M U O P
file_add            | M U O P   | M U O P
file_delete_others  | M O       | M O
task_view           | M U O P   | M U O P
task_add            | M U O P   | M U O P
task_manage         | M O       | M O
relation_manage     | M O P     | M O P
document_generate   | M U O P   | M U O P
consent_manage      | M O P     | -
consent_share       | M O       | -
"""
GENERAL = {
    "connect_mailbox": "M U",
    "send_mail": "M U",
    "manage_groups": "M U",
    "create_tags": "M U",
    "list_operations": "M U",
    "share_views": "M",
    "report_on_others": "M",
    "own_feeds": "M U",
    "use_api": "M",
    "take_over": "M U",
}
EVERY_KIND = {"view", "add", "edit", "delete", "change_owner", "manage_participants",
              "change_visibility", "export"}  # fmt: skip


def cells():
    """Return the cell of each kind and right."""
    found = {("general", key): cell for key, cell in GENERAL.items()}
    for line in TABLE.strip().splitlines():
        key, *columns = (each.strip() for each in line.split("|"))
        for kind, cell in zip(("person", "company"), columns, strict=True):
            found[kind, key] = cell
    return found


def shipped(cell):
    return {ROLES[each.rstrip("*")] for each in cell.split() if each != "·"}


def locked(cell):
    return {ROLES[each.rstrip("*")] for each in cell.split() if each.endswith("*")}


@pytest.fixture
def rights(app):
    return [each for each in registry().rights.all() if each.kind in {"person", "company",
                                                                      "general"}]  # fmt: skip


def test_acc_20_every_right_is_of_the_table_with_its_ticks(rights):
    table = cells()
    for each in rights:
        cell = table[each.kind, each.key]
        assert cell != "-"
        assert set(each.shipped) == shipped(cell), (each.kind, each.key)
        assert set(each.locked) == locked(cell), (each.kind, each.key)


def test_acc_19_persons_and_companies_have_the_same_rights_each_their_own(rights):
    of = {
        kind: {each.key for each in rights if each.kind == kind} for kind in ("person", "company")
    }
    assert of["person"] == of["company"] >= EVERY_KIND


def test_acc_21_add_and_import_belong_to_team_roles_alone(rights):
    for each in rights:
        if each.key in {"add", "import"}:
            assert not {"owner", "participant"} & set(each.shipped)


def test_team_17_every_right_has_a_name_and_an_explanation(rights):
    assert all(str(each.label) and str(each.explanation) for each in rights)


def test_acc_20_a_new_account_has_exactly_these_ticks(rights):
    opened = open_account("New", Newcomer("a@example.com", "A", "B", PASSWORD))
    with account_scope(opened.account.id):
        stored = sql(
            'select r.key, t.kind, t."right" from core_role_tick t join core_role r'
            " on r.account_id = t.account_id and r.id = t.role_id where t.account_id = :account"
            ' union all select access_role, kind, "right" from core_access_tick'
            " where account_id = :account"
        )
        found = {tuple(row) for row in stored}
    wanted = {
        (role, each.kind, each.key)
        for each in rights
        for role in shipped(cells()[each.kind, each.key])
    }
    known = {(each.kind, each.key) for each in rights}
    assert {each for each in found if each[1:] in known} == wanted


def test_team_8_exactly_three_roles_exist_and_reach_as_they_should(app):
    make_account()
    rows = sql("select key, has_reach from core_role where account_id = :account")
    assert {row.key: row.has_reach for row in rows} == {
        "administrator": True,
        "manager": True,
        "user": False,
    }


def test_team_10_an_administrator_has_every_right_without_any_tick(rights):
    make_account()
    ada = actor(make_user("Ada", make_team(), "administrator"))
    assert all(ada.has(each.kind, each.key) for each in rights)
    ticks = sql(
        "select count(*) from core_role_tick t join core_role r on r.account_id = t.account_id"
        " and r.id = t.role_id where t.account_id = :account and r.key = 'administrator'"
    )
    assert ticks.scalar_one() == 0
