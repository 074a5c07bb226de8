"""Quicker order of names, and derived rows that are looked after as sets.

What a record is found by and recognised by is derived from it, row by row, whenever it is written.
A foreign key would be checked for each of these rows, which made up a third of the work of large
imports; one trigger a statement removes what belongs to deleted records instead.
"""

from __future__ import annotations

from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None

# The same keys as before; text in plain ASCII, as most names, goes a shorter way.
SORT_KEY = """
create or replace function core_sort_key(value text) returns text language sql immutable parallel safe as $$
select left(btrim(case when octet_length(value) = length(value) then
  replace(replace(replace(translate(lower(value collate "C"), '-._,;:/\\"()''`', '           '), ' ', ' ' || chr(1)), chr(1) || ' ', ''), chr(1), '')
  else regexp_replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(translate(lower(value collate "C"), 'ĄĆĘŁŃÓŚŹŻàáâãäåāăÀÁÂÃÄÅĀĂçčĉÇČĈďđĎĐèéêëēěėÈÉÊËĒĚĖğĝĞĜìíîïīıİÌÍÎÏĪňñŇÑòôõöøōőÒÔÕÖØŌŐřŘšşșßŠŞȘťțţŤȚŢùúûüūůűÙÚÛÜŪŮŰýÿÝŸžŽľĺļĽĹĻæÆßðÐþÞģĢķĶņŅŕŔ-._,;:/\\"„”«»()''’‘`', 'ąćęłńóśźżaaaaaaaaaaaaaaaaccccccddddeeeeeeeeeeeeeeggggiiiiiiiiiiiinnnnoooooooooooooorrsssssssttttttuuuuuuuuuuuuuuyyyyzzllllllaasddttggkknnrr               '), 'ą', 'a' || chr(127)), 'ć', 'c' || chr(127)), 'ę', 'e' || chr(127)), 'ł', 'l' || chr(127)), 'ń', 'n' || chr(127)), 'ó', 'o' || chr(127)), 'ś', 's' || chr(127)), 'ź', 'z' || chr(127)), 'ż', 'z' || chr(127) || chr(127)), ' +', ' ', 'g')
  end), 200)
$$
"""

FORGET = """
create function core_forget_records() returns trigger language plpgsql as $$
begin
  delete from core_search s using gone g where s.account_id = g.account_id and s.record_id = g.id;
  delete from core_match m using gone g where m.account_id = g.account_id and m.record_id = g.id;
  return null;
end
$$
"""
TRIGGER = """
create trigger core_forget_records after delete on core_record
referencing old table as gone for each statement execute function core_forget_records()
"""


def upgrade() -> None:
    op.execute(SORT_KEY)
    op.execute(FORGET)
    op.execute(TRIGGER)
    for table in ("core_search", "core_match"):
        op.drop_constraint(f"fk_{table}_account_id_record_id", table)
