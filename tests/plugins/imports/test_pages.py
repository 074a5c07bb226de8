"""The pages of imports, from the file to the result."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import openpyxl
import pytest

from core.db import db, sql
from plugins.imports import jobs, queries, services
from plugins.imports.models import Import
from tests.makers import make_account, make_team, make_user, sign_in, tick
from tests.plugins.imports import hostile
from tests.plugins.imports.makers import csv_of, make_import, run_import

PEOPLE = csv_of(
    ["Imię", "Nazwisko", "E-mail", "Firma", "Poziom"],
    ["Łucja", "Gżegżółka", "l@laka.pl", "Łąka Foods", "A"],
    ["Jan", "<b>Nowak</b>", "jan@", "", "B"],
    ["Żaneta", "Ćwik", "z@cwik.pl", "Łąka Foods", "A"],
)


@pytest.fixture
def anna(app):
    make_account(language="en")
    return make_user("Anna", make_team("North"), "manager")


def upload(client, content, name="osoby.csv", kind="person"):
    part = 'Content-Disposition: form-data; name="{}"'.format
    body = (
        f'--x\r\n{part("kind")}\r\n\r\n{kind}\r\n--x\r\n{part("file")}; filename="{name}"\r\n\r\n'
    )
    return client.post(
        "/imports/new",
        data=body.encode() + content + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def text_of(response):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text)))


def count(table):
    return sql(f"select count(*) from {table} where account_id = :account").scalar_one()


def test_imp_1_imp_2_imp_3_the_import_is_in_both_settings(client, anna):
    sign_in(client, anna)
    for area in ("profile", "account/data"):
        page = client.get(f"/settings/{area}/import")
        assert page.status_code == 200
        assert "Import new file" in page.text
        assert f'href="/settings/{area}/import" aria-current="page"' in page.text


def test_imp_3_without_the_right_every_address_answers_403(client, anna):
    import_ = make_import(anna, PEOPLE)
    sign_in(client, make_user("Adam"))
    for address in (
        "/imports", "/imports/new", "/settings/profile/import", "/settings/account/data/import",
        f"/imports/{import_.id}", f"/imports/{import_.id}/options", "/imports/sample/person.csv",
    ):  # fmt: skip
        assert client.get(address).status_code == 403, address
    assert upload(client, PEOPLE).status_code == 403
    assert client.post(f"/imports/{import_.id}/options").status_code == 403
    assert "/settings/profile/import" not in client.get("/people").text


def test_imp_3_only_kinds_with_the_right_are_offered(client, anna):
    tick("manager", "company", "import", on=False)
    sign_in(client, anna)
    page = client.get("/imports/new").text
    assert 'value="person"' in page
    assert 'value="company"' not in page
    assert upload(client, PEOPLE, kind="company").status_code == 403
    assert count("imports_import") == 0


def test_imp_4_the_list_shows_own_imports_and_administrators_see_all(client, anna):
    make_import(anna, PEOPLE, name="moje.csv")
    ewa = make_user("Ewa", make_team("East"), "administrator")
    sign_in(client, ewa)
    assert "moje.csv" in client.get("/imports").text
    sign_in(client, make_user("Ola", make_team("West"), "manager"))
    assert "moje.csv" not in client.get("/imports").text


@pytest.mark.parametrize("address", ["", "/options", "/progress", "/failed"])
def test_another_accounts_and_users_imports_are_404(client, anna, address):
    import_ = make_import(anna, PEOPLE)
    sign_in(client, make_user("Ola", make_team("West"), "manager"))
    assert client.get(f"/imports/{import_.id}{address}").status_code == 404
    make_account()
    sign_in(client, make_user("Eve", make_team(), "administrator"))
    assert client.get(f"/imports/{import_.id}{address}").status_code == 404
    for act in ("columns", "options", "stop", "continue", "delete", "file"):
        assert client.post(f"/imports/{import_.id}/{act}").status_code == 404
    assert client.get("/people?filter=import:is:" + str(import_.id)).status_code == 200


def test_imp_6_imp_7_imp_15_imp_16_a_file_is_read_and_its_columns_are_recognised(client, anna):
    sign_in(client, anna)
    answer = upload(client, PEOPLE.decode().encode("windows-1250"))
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert 'data-rows="3"' in page
    assert 'data-columns="5"' in page
    assert page.count('<tr data-row="') == 3
    assert 'value="windows-1250" selected' in page
    assert "Gżegżółka" in page
    assert "&lt;b&gt;Nowak&lt;/b&gt;" in page
    assert page.count('class="hit"') == 4
    assert page.count('class="miss"') == 1
    assert 'value="company.name" selected' in page


def test_imp_7_encoding_and_separator_can_be_changed(client, anna):
    sign_in(client, anna)
    where = upload(client, "Imię,Nazwisko\nŁucja,Ćwik\n".encode("iso-8859-2")).location
    client.post(f"{where}/file", data={"encoding": "iso-8859-2", "separator": ";"})
    page = client.get(where).text
    assert 'data-columns="1"' in page
    client.post(f"{where}/file", data={"encoding": "iso-8859-2", "separator": ","})
    page = client.get(where).text
    assert 'data-columns="2"' in page
    assert "Łucja" in page


def download(client, address):
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        return answer.data


def import_at(where, user):
    return db.session.get(Import, (user.account_id, int(where.rpartition("/")[2])))


@pytest.mark.parametrize("kind", ["person", "company"])
@pytest.mark.parametrize("suffix", ["csv", "xls", "xlsx", "ods"])
def test_imp_7_to_10_imp_13_samples_have_all_columns_and_can_be_imported(
    client, anna, suffix, kind
):
    sign_in(client, anna)
    content = download(client, f"/imports/sample/{kind}.{suffix}")
    import_ = import_at(upload(client, content, f"wzór.{suffix}", kind).location, anna)
    assert all(import_.assignment)
    assert len(set(import_.assignment)) == len(import_.assignment)
    services.start(import_)
    services.run(import_)
    assert [(each.state, each.reasons) for each in queries.results_of(import_, "", 1)] == [
        ("created", [])
    ]


def test_imp_11_a_file_that_is_too_big_is_refused_by_its_announced_length(client, anna):
    sign_in(client, anna)
    answer = client.post(
        "/imports/new",
        data=b"",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        environ_overrides={"CONTENT_LENGTH": str(130 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "File: 130 MB, allowed 100 MB" in answer.text
    assert 'data-max-bytes="104857600"' in client.get("/imports/new").text


def test_imp_11_the_sheet_of_a_workbook_is_chosen(client, anna):
    book = openpyxl.Workbook()
    book.active.title = "Uwagi"
    book.active.append(["Imię"])
    book.active.append(["Ola"])
    sheet = book.create_sheet("Osoby")
    for row in (["Nazwisko", "NIP"], ["Ćwik", "1"], ["Bąk", "=1+1"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    sign_in(client, anna)
    where = upload(client, content.getvalue(), "dane.xlsx").location
    assert "Ola" in client.get(where).text
    assert client.post(f"{where}/file", data={"sheet": "Osoby"}).status_code == 302
    page = client.get(where).text
    assert "Ćwik" in page
    assert 'data-rows="2"' in page
    assert client.post(f"{where}/file", data={"sheet": "Brak"}).status_code == 422


@pytest.mark.parametrize(
    "name", [name for name in hostile.FILES if name not in {"long line", "long value"}]
)
def test_imp_12_bad_files_are_refused_and_nothing_is_stored(client, anna, name):
    sign_in(client, anna)
    file_name, content, _reason = hostile.content_of(name)
    if len(content) > services.READ_AT_ONCE_BYTES:
        pytest.skip("read by a job")
    answer = upload(client, content, file_name)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert [count(f"imports_{table}") for table in ("import", "piece", "chunk")] == [0, 0, 0]


def test_imp_12_a_large_bad_file_is_refused_by_the_job_that_reads_it(client, anna):
    sign_in(client, anna)
    content = b'a;b\r\n1;"' + b"x" * (3 * 1024 * 1024)
    where = upload(client, content).location
    import_ = import_at(where, anna)
    assert import_.state == "reading"
    jobs.read(import_.id)
    page = client.get(where)
    assert "quotation mark" in text_of(page)
    assert count("imports_chunk") == 0
    assert client.post(f"{where}/delete").location == "/imports"
    assert count("imports_import") == 0


def test_imp_17_a_target_is_changed_and_not_used_twice(client, anna):
    sign_in(client, anna)
    where = upload(client, PEOPLE).location
    targets = ["person.first_name", "person.last_name", "person.emails", "person.last_name", ""]
    sent = {f"target_{at}": key for at, key in enumerate(targets)}
    answer = client.post(f"{where}/columns", data=sent)
    assert answer.status_code == 422
    assert "Last name: assigned to columns B and D" in text_of(answer)
    assert 'id="target_3-error"' in answer.text
    sent["target_3"] = "person.note"
    assert client.post(f"{where}/columns", data=sent).location == f"{where}/options"
    assert "by hand" in client.get(where).text
    sent["target_3"] = "person.password"
    assert client.post(f"{where}/columns", data=sent).status_code == 422


def test_imp_18_targets_of_other_kinds_take_their_right(client, anna):
    tick("manager", "company", "import", on=False)
    sign_in(client, anna)
    where = upload(client, PEOPLE).location
    assert "company.name" not in client.get(where).text
    sent = {"target_1": "person.last_name", "target_3": "company.name"}
    assert client.post(f"{where}/columns", data=sent).status_code == 422


def start(client, where, **options):
    page = client.get(f"{where}/options")
    assert page.status_code == 200
    chosen = {"owner": re.search(r'value="(\d+)" selected', page.text)[1], **options}
    return client.post(f"{where}/options", data={"visibility": "public", **chosen})


def test_imp_20_wrong_options_are_refused_and_kept(client, anna):
    make_account()
    stranger = make_user("Eve")
    sign_in(client, anna)
    where = upload(client, PEOPLE).location
    answer = start(client, where, owner=str(stranger.id), tags="nowy", on_match="fill")
    assert answer.status_code == 422
    assert 'id="owner-error"' in answer.text
    assert "nowy" in answer.text
    assert 'value="fill" selected' in answer.text
    assert import_at(where, anna).options == {}


def test_imp_24_to_28_an_import_runs_and_shows_what_became_of_every_row(client, anna):
    sign_in(client, anna)
    where = upload(client, PEOPLE).location
    assert start(client, where).location == where
    page = client.get(where)
    assert 'data-state="waiting"' in page.text
    assert 'data-total="3"' in page.text
    assert count("imports_piece") == 0
    import_ = import_at(where, anna)
    services.run(import_)
    page = client.get(where)
    assert "Imported 2 of 3 rows" in text_of(page)
    assert 'data-state="failed" data-count="1"' in page.text
    assert page.text.count('<tr data-row="') == 3
    assert "“jan@” is not an e-mail address" in text_of(page)
    assert f"/people?filter=import:is:{import_.id}" in page.text
    assert f"/companies?filter=import:is:{import_.id}" in page.text
    failed = client.get(f"{where}?state=failed")
    assert failed.text.count('<tr data-row="') == 1
    listed = client.get(f"/people?filter=import:is:{import_.id}")
    assert listed.text.count("data-record-id") == 2
    assert "Gżegżółka" in listed.text
    assert client.get(f"{where}/progress").headers["HX-Refresh"] == "true"


def test_imp_25_the_user_is_told_with_the_counts(client, anna):
    import_ = run_import(anna, PEOPLE)
    sign_in(client, anna)
    page = text_of(client.get("/notifications"))
    assert "osoby.csv" in page
    assert "Imported 2 of 3 rows" in page
    (url,) = sql("select url from core_notification where account_id = :account").scalars()
    assert url == f"/imports/{import_.id}"


@pytest.mark.parametrize("suffix", ["csv", "xls", "xlsx", "ods"])
def test_imp_27_failed_rows_are_mended_and_imported_again(client, anna, suffix):
    sign_in(client, anna)
    sample = download(client, f"/imports/sample/person.{suffix}")
    where = upload(client, sample, f"a.{suffix}").location
    import_ = import_at(where, anna)
    services.start(import_)
    tick("manager", "person", "add", on=False)
    services.run(import_)
    failed = download(client, f"{where}/failed")
    tick("manager", "person", "add")
    again = upload(client, failed, f"b.{suffix}").location
    second = import_at(again, anna)
    assert second.facts["columns"][-1] == "reason"
    assert second.assignment[-1] is None
    services.start(second)
    services.run(second)
    assert second.counts["created"] == 1


def test_imp_27_text_that_looks_like_a_formula_comes_back_as_it_was(client, anna):
    content = csv_of(["Nazwisko", "E-mail", "Uwagi"], ["Nowak", "x", "=cmd|' /C calc'!A0"])
    import_ = run_import(anna, content)
    sign_in(client, anna)
    failed = download(client, f"/imports/{import_.id}/failed").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(failed), delimiter=";"))
    assert rows[1][2].startswith("'=cmd")
    assert rows[0][3] == "reason"


def test_gen_10_a_file_sent_twice_is_one_import(client, anna):
    sign_in(client, anna)
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/imports/new").text)[1]
    places = {
        client.post(
            "/imports/new",
            data={"kind": "person", "form_token": token, "file": (io.BytesIO(PEOPLE), "a.csv")},
        ).location
        for _each in range(2)
    }
    assert len(places) == 1
    assert count("imports_import") == 1


def test_imp_33_a_stopped_import_goes_on(client, anna):
    sign_in(client, anna)
    where = upload(client, PEOPLE).location
    start(client, where)
    assert client.post(f"{where}/stop").location == where
    page = client.get(where).text
    assert 'data-state="stopped"' in page
    assert "Continue" in page
    assert client.post(f"{where}/continue").location == where
    import_ = import_at(where, anna)
    db.session.refresh(import_)
    assert import_.state == "waiting"
    services.run(import_)
    assert import_.counts["created"] == 2
    assert client.post(f"{where}/continue").status_code == 409


def test_without_a_file_the_form_says_so(client, anna):
    sign_in(client, anna)
    answer = client.post("/imports/new", data={"kind": "person"})
    assert answer.status_code == 422
    assert "choose a file" in answer.text
