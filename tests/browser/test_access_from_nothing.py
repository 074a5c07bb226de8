"""The acceptance scenarios of access, configured from nothing through the pages (ACC-S1, ACC-S2).

An account begins with its founder alone. Teams, users, roles and visibilities are made on the
settings pages; the users sign in for the first time and choose their passwords; then the scenario
is played on lists, profiles, forms and by sent requests.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.makers import PASSWORD

TEMPORARY = "temporary-lantern-58"
SETTINGS = "/settings/account"
TEAMS = f"{SETTINGS}/users/teams"
PEOPLE = {
    "Anna": ("North", "User"),
    "Adam": ("North", "User"),
    "Marek": ("North", "Manager"),
    "Beata": ("East", "User"),
    "Celina": ("South", "User"),
}
RECORDS = {
    "/people": ({"first_name": "Jan", "last_name": "Nowak"}, "Nowak, Jan"),
    "/companies": ({"name": "Nowak sp. z o.o."}, "Nowak sp. z o.o."),
}


class House:
    """An account that is set up page by page."""

    def __init__(self, site: Any, browse: Any, name: str) -> None:
        self.site, self.browse, self.sign = site, browse, name.lower()
        site.open(name, f"founder@{self.sign}.example")
        self.boss = self.signed_in("founder")
        self.pages: dict[str, Page] = {}

    def signed_in(self, login: str, password: str = PASSWORD) -> Page:
        page: Page = self.browse("")
        page.goto("/sign-in")
        page.fill("#email", f"{login}@{self.sign}.example")
        page.fill("#password", password)
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "sign-in" not in url or "password" in url)
        return page

    # ------------------------------------------------------------ what the administrator sets up

    def add_team(self, name: str) -> None:
        self.boss.goto(f"{TEAMS}/new")
        self.boss.fill("#name", name)
        self.boss.get_by_role("button", name="Save").click()
        self.boss.wait_for_url(f"**{TEAMS}")

    def add_user(self, name: str, team: str, role: str) -> None:
        self.boss.goto(f"{SETTINGS}/users/users/new")
        for key, value in {
            "email": f"{name.lower()}@{self.sign}.example",
            "first_name": name,
            "last_name": "Test",
            "password": TEMPORARY,
        }.items():
            self.boss.fill(f"[name={key}]", value)
        self.boss.select_option("[name=team]", label=team)
        self.boss.select_option("[name=role]", label=role)
        self.boss.locator(".sz-savebar button.btn-primary").click()
        expect(self.boss.locator("h1")).to_have_text(f"{name} Test")

    def first_sign_in(self, name: str) -> None:
        """USER-5: the temporary password is replaced before anything else."""
        page = self.signed_in(name.lower(), TEMPORARY)
        page.fill("#password", "quiet-meadow-31-lamp")
        page.get_by_role("button", name="Store the password").click()
        page.wait_for_url("**/companies*")
        self.pages[name] = page

    def save(self) -> None:
        """Save the form of the page; where somebody gains or loses, look at the effect first."""
        button = self.boss.locator(".sz-savebar button.btn-primary").last
        toast, effect = self.boss.locator("#toasts .sz-toast"), self.boss.locator("#effect")
        button.click()
        expect(toast.or_(effect).first).to_be_visible()
        if effect.count():
            button.click()
            expect(toast.first).to_be_visible()

    def hide_by_default(self) -> None:
        self.boss.goto(f"{SETTINGS}/permissions/visibility/contacts")
        self.boss.locator("[name=default][value=hidden]").check()
        self.save()

    def tick(self, where: str, *rights: str, on: bool) -> None:
        """Tick rights on the page of an access role or, by its name, of a team role."""
        if where in {"owner", "participant"}:
            self.boss.goto(f"{SETTINGS}/permissions/access/{where}")
        else:
            self.boss.goto(f"{SETTINGS}/users/roles")
            self.boss.locator(f"tr[data-role={where}] a").click()
        boxes = [self.boss.locator(f"input[name=tick][value='{right}']") for right in rights]
        if any(box.is_checked() != on for box in boxes):
            for box in boxes:
                box.set_checked(on)
            self.save()

    def move(self, name: str, old: str, new: str) -> None:
        """Put a user into one team and take him out of another, as two saved steps."""
        self.boss.goto(TEAMS)
        self.boss.get_by_role("link", name=new, exact=True).click()
        self.boss.locator("#add + .ts-wrapper input").fill(name)
        self.boss.locator(".ts-dropdown .option", has_text=name).click()
        self.save()
        self.boss.goto(TEAMS)
        self.boss.get_by_role("link", name=old, exact=True).click()
        self.boss.get_by_label(f"Role of {name} Test").select_option(label="Not in this team")
        self.save()

    # ------------------------------------------------------------ what the users see

    def add_record(self, name: str, path: str, values: dict[str, str], **chosen: str) -> str:
        page = self.pages[name]
        page.goto(f"{path}/new")
        for key, value in values.items():
            page.fill(f"[name={key}]", value)
        for key, value in chosen.items():
            page.locator(f"[name={key}][value={value}]").check()
        page.locator(".sz-savebar button.btn-primary").click()
        page.wait_for_url(lambda url: url.rsplit("/", 1)[1].isdigit())
        return path + "/" + page.url.rsplit("/", 1)[1]

    def status(self, name: str, address: str) -> int:
        answer = self.pages[name].goto(address)
        assert answer is not None
        return answer.status

    def finds(self, name: str, address: str) -> bool:
        """Tell whether list, search, suggestions, picker and the address show a record, all alike."""
        page, (path, number) = self.pages[name], address.rsplit("/", 1)
        kind = {"/people": "person", "/companies": "company"}[path]
        found = {self.status(name, address) == 200}
        for where in (path, "/search?q=nowak", "/search/box?q=nowak"):
            page.goto(where)
            row = page.locator(f"[data-record-id='{number}'], a[href='{address}']")
            found.add(row.count() > 0)
        picked = page.request.get(f"/pick/{kind}?q=nowak").json()
        found.add(number in {str(each["id"]) for each in picked})
        assert len(found) == 1, (name, address, found)
        return found.pop()

    def sent(self, name: str, address: str, **values: str) -> int:
        """Return the status of a form that is sent whether or not it is offered."""
        page = self.pages[name]
        page.goto("/companies")
        token = page.locator("[name=csrf_token]").first.input_value()
        answer = page.request.post(
            address, form={"csrf_token": token, **values}, max_redirects=0,
            headers={"Referer": f"{self.site.url}/"},
        )  # fmt: skip
        return answer.status

    def is_offered(self, name: str, address: str, act: str) -> bool:
        page = self.pages[name]
        page.goto(address)
        return page.locator(f"a[href='{address}/{act}']").count() > 0


@pytest.mark.timeout(480)
def test_acc_39_three_sales_teams_set_up_from_nothing(site, browse):
    house = House(site, browse, "Trio")
    for team in ("North", "East", "South"):
        house.add_team(team)
    for name, (team, role) in PEOPLE.items():
        house.add_user(name, team, role)
        house.first_sign_in(name)
    house.hide_by_default()
    edits = ("person.edit", "company.edit")
    house.tick("owner", *edits, on=True)
    house.tick("participant", *edits, on=False)
    house.tick("user", *edits, on=False)

    addresses = {
        path: house.add_record("Anna", path, values) for path, (values, _) in RECORDS.items()
    }
    for path, address in addresses.items():
        page = house.pages["Anna"]
        page.goto(address)
        expect(page.locator("[data-visibility=hidden]").first).to_be_visible()
        page.goto(f"{address}/holders")
        expect(page.locator(".sz-holders")).to_contain_text("Anna Test")
        expect(page.locator(".sz-holders")).to_contain_text("North")
        assert house.is_offered("Anna", address, "edit"), "c42"
        for colleague in ("Adam", "Marek"):
            assert house.finds(colleague, address), "c44"
        assert not house.is_offered("Adam", address, "edit"), "c43"
        assert house.sent("Adam", f"{address}/edit", city="Radom") == 403, "c43"
        assert house.is_offered("Marek", address, "edit"), "team reach and the ticks of Manager"
        for stranger in ("Beata", "Celina"):
            assert not house.finds(stranger, address), "c45"
            assert house.status(stranger, address) == 404, "c45"
        assert RECORDS[path][1]

    house.move("Beata", "East", "North")
    for address in addresses.values():
        assert house.finds("Beata", address)
        assert not house.is_offered("Beata", address, "edit")
    house.move("Adam", "North", "South")
    for address in addresses.values():
        assert not house.finds("Adam", address)
    assert house.sent("Anna", f"{addresses['/people']}/edit", city="Radom") in {302, 303, 422}


@pytest.mark.timeout(480)
def test_acc_40_rights_of_team_roles_and_access_roles_add_up(site, browse):
    house = House(site, browse, "Duet")
    house.add_team("Sales")
    for name in ("Ula", "Piotr"):
        house.add_user(name, "Sales", "User")
        house.first_sign_in(name)
    one = house.add_record("Piotr", "/people", {"last_name": "Nowak"}, visibility="public")
    two = house.add_record("Ula", "/people", {"last_name": "Nowakowska"}, visibility="public")
    assert not house.is_offered("Ula", one, "delete"), "c61"
    assert house.sent("Ula", f"{one}/delete") == 403, "c61"
    assert house.status("Ula", one) == 200
    assert house.sent("Ula", f"{two}/delete") == 303, "c62"
    assert house.status("Ula", two) == 404
    assert house.sent("Ula", f"{two}/restore") == 303, "c62"
    assert house.status("Ula", two) == 200
    house.tick("user", "person.delete", on=True)
    assert house.is_offered("Ula", one, "delete"), "c60"
    assert house.sent("Ula", f"{one}/delete") == 303, "c60"
    assert house.status("Ula", one) == 404
