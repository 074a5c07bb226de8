"""The floor: a bare Flask page that fetches the same rows by psycopg into the same table."""

from __future__ import annotations

from typing import Any

import psycopg
from flask import Flask, render_template_string

TABLE = """<!doctype html><html lang="en"><head><title>People</title></head><body>
<table class="sz-list"><thead><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in rows %}<tr data-record-id="{{ row[0] }}" data-kind="person">
<td class="m-name"><a class="name cut" href="/people/{{ row[0] }}" title="{{ row[1] }}">{{ row[1] }}</a></td>
<td title="{{ row[2] }}">{{ row[2] }}</td>
<td title="{{ row[3] }}"><a href="/companies/{{ row[4] }}">{{ row[3] }}</a></td>
<td><a href="mailto:{{ row[5] }}">{{ row[5] }}</a></td>
<td><a href="tel:{{ row[6] }}">{{ row[6] }}</a></td>
<td>{{ row[7] }}</td><td>{{ row[8] }}</td><td>{{ row[9].strftime("%d.%m.%Y") }}</td>
</tr>{% endfor %}</tbody></table></body></html>"""

HEADS = ("Name", "Position", "Company", "E-mail", "Phone", "Owner", "Visibility", "Changed")

ROWS = """
select r.id, r.name, k.position, c.name, k.company_id, k.emails[1], k.phones->0->>0,
  u.first_name || ' ' || u.last_name, r.visibility, r.updated_at
from core_record r
join contacts_person k on k.account_id = r.account_id and k.id = r.id
left join core_record c on c.account_id = r.account_id and c.id = k.company_id
left join core_user u on u.account_id = r.account_id and u.id = r.owner_id
where r.account_id = %s and r.kind = 'person' and r.deleted_at is null
order by r.sort_key, r.id limit 50
"""


def make_floor(url: str, account_id: int) -> Any:
    """Return a test client of the floor page at `/`."""
    app = Flask(__name__)
    connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)

    @app.get("/")
    def page() -> str:
        rows = connection.execute(ROWS, [account_id]).fetchall()
        return render_template_string(TABLE, heads=HEADS, rows=rows)

    return app.test_client()
