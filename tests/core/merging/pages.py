"""Merging and splitting as a browser does: the preview is read, and what it shows is sent."""

from __future__ import annotations

import re
from typing import Any

from core.db import sql
from tests.reading import Page

PLURAL = {"person": "people", "company": "companies"}


def hidden_controls(answer) -> dict[str, list[str]]:
    """Return what the posting form on a page sends without anything being chosen."""
    markup = answer.text[answer.text.index('<form class="sz-form" method="post"') :]
    (sent,) = Page(markup[: markup.index("</form>")]).forms.values()
    return sent


def previewed(client, records, main=None, **picks):
    """Return the preview of merging records, the first one being the main one."""
    kind = PLURAL[records[0].kind]
    query = {"row": [str(each.id) for each in records], "main": str((main or records[0]).id)}
    query |= {f"pick.{key}": str(record.id) for key, record in picks.items()}
    return client.get(f"/{kind}/merge/preview", query_string=query)


def merged(client, records, main=None, confirm="", **picks):
    """Preview and merge; return the answer to the sending."""
    answer = previewed(client, records, main, **picks)
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = hidden_controls(answer)
    return client.post(f"/{PLURAL[records[0].kind]}/merge", data={**sent, "confirm": confirm})


def split_url(client, record) -> str:
    """Return the address at which the newest merge of a record is split."""
    profile = client.get(f"/{PLURAL[record.kind]}/{record.id}").text
    return re.findall(r'href="([^"]*/split/\d+)"', profile)[0]


def split(client, record, **moves):
    """Look at the page and split; `moves` are by the start of what was added later."""
    url = split_url(client, record)
    shown = client.get(url)
    assert shown.status_code == 200, shown.text
    names = re.findall(r'name="(move\.[^"]+)"', shown.text)
    sent: dict[str, Any] = hidden_controls(shown)
    for start, target in moves.items():
        sent[next(each for each in names if each.startswith(f"move.{start}"))] = str(target.id)
    return client.post(url, data=sent)


def is_trashed(record) -> bool:
    return sql(
        "select deleted_at is not null from core_record where account_id = :account and id = :id",
        id=record.id,
    ).scalar_one()


def links(people) -> dict[int, int | None]:
    """Return the company of each person as stored."""
    rows = sql(
        "select id, company_id from contacts_person where account_id = :account and id = any(:ids)",
        ids=[each.id for each in people],
    )
    return {row.id: row.company_id for row in rows}
