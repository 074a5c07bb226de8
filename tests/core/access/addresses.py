"""The catalogue of addresses: who may open each, how its arguments are filled, what it is sent.

`$person` and the like stand for the number of such a thing in the asking account. An address that
is not here fails the tests by name, so a new one comes with a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

ANYONE, EVERYBODY, IMPORTER, ADMINISTRATOR = "anyone", "everybody", "importer", "administrator"
MANAGER = "manager"  # whoever reaches others
EXPORTER = "exporter"  # whoever has the right to export something
OPERATOR = "operator"  # whoever has the right to list operations
ANONYMISER = "anonymiser"  # whoever may anonymise the record
FILE = b"Nazwisko;Miasto\r\nNowak;Radom\r\n"
MISSING = 999_999_999

Places = Mapping[str, Any]


@dataclass(frozen=True)
class Address:
    """One way to ask one address.

    `path` says of what each argument is the number. `controls` and `query` make a request that is
    answered well; a change that is previewed first is confirmed. `foreign` names the controls that
    carry numbers, and of what sorts of things another account's numbers are to be tried there, as
    `user` or, where the number is a part of the value, as `user:@.$role`; those in `ignored` are passed over when they
    mean nothing, instead of being refused. `signs` are controls whose values are words,
    `secrets` arguments that open the same to whoever knows them.
    """

    rule: str
    method: str = "GET"
    opens: str = EVERYBODY
    path: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    foreign: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    has_file: bool = False

    @property
    def is_post(self) -> bool:
        return self.method == "POST"

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def at(self, places: Places, **instead: Any) -> str:
        """Return the address with its arguments, some of them replaced."""
        path = self.rule
        for argument, sort in self.path.items():
            usual = sort if argument in self.signs else places[sort]
            value = instead.get(argument, usual)
            path = path.replace(f"<int:{argument}>", str(value)).replace(
                f"<{argument}>", str(value)
            )
        return path

    def sent(self, places: Places, **instead: Any) -> dict[str, Any]:
        """Return what the test client sends: controls or query, some of them replaced."""
        values = {
            key: filled(value, places)
            for key, value in (self.controls if self.is_post else self.query).items()
        }
        values |= instead
        if not self.is_post:
            return {"query_string": values}
        if self.has_file:
            values["file"] = (BytesIO(FILE), "file.csv")
        return {"data": values}


def filled(value: Any, places: Places) -> Any:
    """Return a value with the numbers that it stands for."""
    if isinstance(value, list):
        return [filled(each, places) for each in value]
    if not isinstance(value, str):
        return value
    if value.startswith("$") and value[1:] in places:
        return str(places[value[1:]])
    return re.sub(r"\$(\w+)", lambda found: str(places[found[1]]), value)


def tried(sort: str, ours: Places, number: Any) -> str:
    """Return the value of a control that carries another account's number of a sort."""
    shape = sort.partition(":")[2] or "@"
    return str(filled(shape, ours)).replace("@", str(number))


HOLDERS = {"owner": ("user", "team"), "participants": ("user", "team")}
LABELS = {"groups": ("groups", "tags"), "tags": ("tags", "groups")}


# Numbers of things inside filters.
_ASKED = {
    "company": ("user:owner:is:@", "tags:tags:is:@", "groups:groups:is:@", "source:source:is:@",
                "done:import:is:@", "team:participants:is:@"),
}  # fmt: skip
_ASKED["person"] = (*_ASKED["company"], "company:company:is:@")


def _views(plural: str, kind: str) -> Iterator[Address]:
    one = f"/{plural}/views/<int:view_id>"
    at = {"view_id": f"{kind}_view"}
    shared = {"name": "Ours", "sharing": "some", "readers": ["$user", "$team"]}
    foreign = {"readers": ("user", "team"), "sharing": ("sign",)}
    yield Address(f"/{plural}/views/new")
    yield Address(f"/{plural}/views/new", "POST", controls={**shared, "filter": "city:filled"},
                  foreign={**foreign, "view": (f"{kind}_view",)})  # fmt: skip
    yield Address(f"{one}/edit", path=at)
    yield Address(f"{one}/edit", "POST", path=at, controls=shared, foreign=foreign)
    yield Address(f"{one}/look", "POST", path=at, controls={"filter": "city:filled"})
    yield Address(f"{one}/delete", path=at)
    yield Address(f"{one}/delete", "POST", path=at)
    yield Address(f"/{plural}/views/usual", "POST", controls={"view": "mine"},
                  foreign={"view": (f"{kind}_view",)})  # fmt: skip


def _of_kind(plural: str, kind: str) -> Iterator[Address]:
    name = {"person": {"last_name": "Nowak"}, "company": {"name": "Nowak"}}[kind]
    link = {"company": "$company"} if kind == "person" else {}
    links = {"company": ("company", "person")} if kind == "person" else {}
    controls = {
        **name,
        **link,
        "owner": "$user",
        "participants": ["$user", "$team"],
        "groups": "$groups",
        "tags": "$tags",
        "source": "$source",
        "visibility": "public",
        "city": "Radom",
    }
    foreign = {**HOLDERS, **LABELS, **links, "source": ("source", "tags")}
    one, at = f"/{plural}/<int:record_id>", {"record_id": kind}
    yield Address(
        f"/{plural}",
        query={"size": "200", "filter": "owner:is:$user"},
        foreign={"filter": _ASKED[kind], "view": (f"{kind}_view",)},
    )
    yield Address(f"/{plural}/count", query={"filter": "city:contains:rado"},
                  foreign={"filter": _ASKED[kind]})  # fmt: skip
    yield Address(f"/{plural}/filter", query={"filter": "owner:is:$user"},
                  foreign={"filter": _ASKED[kind]})  # fmt: skip
    yield from _views(plural, kind)
    for operation in ("user", "visibility"):
        yield Address(f"/{plural}/operations/{operation}", "POST", OPERATOR,
                      controls={"row": f"${kind}"}, foreign={"row": (kind,)})  # fmt: skip
    yield Address(f"/{plural}/export", opens=EXPORTER, foreign={"company": ("company",)})
    yield Address(f"/{plural}/export", "POST", EXPORTER, foreign={"row": (kind,)},
                  controls={"row": f"${kind}", "format": "csv", "columns": "all"})  # fmt: skip
    yield Address(f"/{plural}/columns")
    yield Address(f"/{plural}/columns", "POST", controls={"order": ["city"], "columns": ["city"]})
    yield Address(f"/{plural}/widths", "POST", controls={"column": "name", "width": "200"})
    yield Address(f"/{plural}/new", foreign=links)
    yield Address(f"/{plural}/new", "POST", controls=controls, foreign=foreign)
    yield Address(one, path=at)
    yield Address(f"{one}/edit", path=at)
    yield Address(f"{one}/edit", "POST", path=at, controls=controls, foreign=foreign)
    yield Address(f"{one}/holders", path=at)
    yield Address(
        f"{one}/holders",
        "POST",
        path=at,
        controls={"owner": "$user", "add": ["$user", "$team"], "visibility": "public"},
        foreign={"owner": ("user", "team"), "add": ("user", "team"), "remove": ("user", "team")},
        ignored=frozenset({"remove"}),
    )
    yield Address(f"{one}/access", opens=MANAGER, path=at, query={"user": "$user"},
                  foreign={"user": ("user",)})  # fmt: skip
    yield Address(f"{one}/ask", "POST", path=at)
    yield Address(f"{one}/take-over", "POST", path={"record_id": f"ownerless_{kind}"})
    yield Address(f"{one}/delete", path=at)
    yield Address(f"{one}/delete", "POST", path=at)
    two = {"row": [f"${kind}", f"$ownerless_{kind}"]}
    yield Address(f"/{plural}/similar", "POST", controls={**name, "similar_to": f"${kind}"},
                  foreign={"similar_to": (kind,), **links}, ignored=frozenset({"similar_to", *links}))  # fmt: skip
    yield Address(f"{one}/merge", path=at)
    yield Address(f"/{plural}/merge", query=two, foreign={"row": (kind,), "main": (kind,)})
    yield Address(
        f"/{plural}/merge/preview", query=two, foreign={"main": (kind,), "pick.city": (kind,)}
    )
    yield Address(
        f"/{plural}/merge", "POST", controls=two, foreign={"main": (kind,), "pick.city": (kind,)}
    )
    yield Address(f"/{plural}/operations/merge", "POST", OPERATOR, controls=two)
    split = {"record_id": f"main_{kind}", "merge_id": f"merge_{kind}"}
    yield Address(f"{one}/split/<int:merge_id>", path=split)
    yield Address(f"{one}/split/<int:merge_id>", "POST", path=split)
    yield Address(f"{one}/restore", "POST", path={"record_id": f"trashed_{kind}"})
    yield Address(f"{one}/anonymise", opens=ANONYMISER, path=at, query={"sure": "1"})
    yield Address(f"{one}/anonymise", "POST", ANONYMISER, path=at,
                  controls={"name": f"$name_of_{kind}"})  # fmt: skip
    trash = f"/{plural}/trash"
    yield Address(trash)
    yield Address(f"{trash}/restore", "POST", controls={"row": f"$trashed_{kind}"},
                  foreign={"row": (kind, f"trashed_{kind}")},
                  ignored=frozenset({"row"}))  # fmt: skip
    yield Address(f"{trash}/delete", opens=ADMINISTRATOR, query={"row": f"$trashed_{kind}"},
                  foreign={"row": (f"trashed_{kind}",)}, ignored=frozenset({"row"}))  # fmt: skip
    yield Address(f"{trash}/delete", "POST", ADMINISTRATOR,
                  controls={"row": f"$trashed_{kind}", "word": "USUŃ"},
                  foreign={"row": (kind, f"trashed_{kind}")},
                  ignored=frozenset({"row"}))  # fmt: skip


_OPERATION = "/operations/<int:operation_id>"
NEW_PASSWORD = "zielony-rower-77"
SECRET = frozenset({"token"})
_SECURITY = "/settings/profile/security"

SECURITY = [
    Address(_SECURITY),
    Address(f"{_SECURITY}/sessions/end", "POST", controls={"session": "$session"},
            foreign={"session": ("session",)}, ignored=frozenset({"session"})),
    Address(f"{_SECURITY}/sessions/end-others", "POST"),
    Address(f"{_SECURITY}/devices/forget", "POST", controls={"device": "$device"},
            foreign={"device": ("device",)}, ignored=frozenset({"device"})),
    Address(f"{_SECURITY}/password"),
    Address(f"{_SECURITY}/password", "POST",
            controls={"current": "$password", "password": NEW_PASSWORD}),
    Address(f"{_SECURITY}/login"),
    Address(f"{_SECURITY}/login", "POST",
            controls={"current": "$password", "email": "new@example.com"}),
    Address(f"{_SECURITY}/second-factor"),
    Address(f"{_SECURITY}/second-factor", "POST"),
    Address(f"{_SECURITY}/second-factor/off"),
    Address(f"{_SECURITY}/second-factor/off", "POST",
            controls={"current": "$password", "code": "$boss_code"}),
    Address(f"{_SECURITY}/recovery-codes"),
    Address(f"{_SECURITY}/recovery-codes", "POST", controls={"current": "$password"}),
]  # fmt: skip

CORE = [
    Address("/"),
    Address("/healthz", opens=ANYONE),
    Address("/sign-in", opens=ANYONE),
    Address("/sign-in", "POST", opens=ANYONE, controls={"email": "$email", "password": "$password"}),
    Address("/sign-out", "POST", opens=ANYONE),
    Address("/theme", "POST", controls={"theme": "dark"}),
    Address("/sign-in/code", opens=ANYONE),
    Address("/sign-in/code", "POST", opens=ANYONE,
            controls={"ticket": "$ticket", "code": "$code"}),
    Address("/sign-in/forgotten", opens=ANYONE),
    Address("/sign-in/forgotten", "POST", opens=ANYONE, controls={"email": "$email"}),
    Address("/sign-in/reset/<token>", opens=ANYONE, path={"token": "reset"}, secrets=SECRET),
    Address("/sign-in/reset", opens=ANYONE),
    Address("/sign-in/reset", "POST", opens=ANYONE,
            controls={"token": "$reset", "password": NEW_PASSWORD}),
    Address("/sign-in/new-login/<token>", opens=ANYONE, path={"token": "new_login"},
            secrets=SECRET),
    Address("/sign-in/new-login", opens=ANYONE),
    Address("/sign-in/new-login", "POST", opens=ANYONE, controls={"token": "$new_login"}),
    Address("/sign-in/new-password"),
    Address("/sign-in/new-password", "POST", controls={"password": NEW_PASSWORD}),
    Address("/sign-in/second-factor"),
    Address("/sign-in/second-factor", "POST"),
    Address("/users/<int:user_id>/photo", path={"user_id": "user"}),
    Address("/settings/profile/profile"),
    Address("/settings/profile/profile", "POST",
            controls={"first_name": "Jan", "last_name": "Nowak", "phone": "+48 22 000"}),
    Address("/settings/account/general", opens=ADMINISTRATOR),
    Address("/settings/account/general", "POST", opens=ADMINISTRATOR,
            controls={"second_factor": "administrators", "trash_days": "30"},
            foreign={"second_factor": ("sign",)}),
    Address("/settings/account/general/trash", opens=ADMINISTRATOR),
    *SECURITY,
    Address("/notifications"),
    Address("/notifications/bell"),
    Address("/notifications/<int:notification_id>/read", "POST",
            path={"notification_id": "notification"}),
    Address("/notifications/<int:notification_id>/open", "POST",
            path={"notification_id": "notification"}),
    Address("/notifications/read-all", "POST"),
    Address("/search", query={"q": "quillon"}),
    Address("/search/box", query={"q": "quillon"}),
    Address("/search/<kind_key>", path={"kind_key": "person"}, query={"q": "quillon"},
            signs=frozenset({"kind_key"})),
    Address("/palette", query={"q": "quillon"}),
    Address("/pick/<kind_key>", path={"kind_key": "person"}, signs=frozenset({"kind_key"})),
    Address(_OPERATION, opens=OPERATOR, path={"operation_id": "checked operation"}),
    Address(_OPERATION, "POST", OPERATOR, path={"operation_id": "chosen operation"},
            controls={"role": "participant", "mode": "add", "principals": ["$user", "$team"]},
            foreign={"role": ("sign",), "mode": ("sign",), "principals": ("user", "team")}),
    Address(f"{_OPERATION}/run", "POST", OPERATOR, path={"operation_id": "checked operation"}),
    Address(f"{_OPERATION}/stop", "POST", OPERATOR, path={"operation_id": "waiting operation"}),
    Address(f"{_OPERATION}/progress", opens=OPERATOR, path={"operation_id": "waiting operation"}),
    Address("/settings/account/package/plugins", opens=ADMINISTRATOR),
    Address("/settings/account/package/plugins", "POST", opens=ADMINISTRATOR,
            foreign={"plugin": ("sign",)}),
]  # fmt: skip

_USERS = "/settings/account/users/users"
_INVITATIONS = "/settings/account/users/invitations"
_PLACE = {"team": ("team", "user"), "role": ("role",)}


def _user(below: str, method: str = "GET", of: str = "user", **more: Any) -> Address:
    return Address(
        f"{_USERS}/<int:user_id>{below}", method, ADMINISTRATOR, path={"user_id": of}, **more
    )


STAFF = [
    Address(_USERS, opens=ADMINISTRATOR, query={"status": "all", "q": "t"}),
    Address(f"{_USERS}/export", "POST", ADMINISTRATOR),
    Address(f"{_USERS}/new", opens=ADMINISTRATOR),
    Address(f"{_USERS}/new", "POST", ADMINISTRATOR, foreign=_PLACE,
            controls={"email": "new@example.com", "first_name": "Eve", "last_name": "Nowak",
                      "password": "a-longer-7-word", "team": "$team", "role": "$user_role"}),
    _user(""),
    _user("", "POST", controls={"position": "Clerk"}, foreign={"main_team": ("team", "user")}),
    _user("/suspend"),
    _user("/suspend", "POST"),
    _user("/activate", "POST", of="suspended"),
    _user("/reset-second-factor"),
    _user("/reset-second-factor", "POST", of="double"),
    _user("/remove"),
    _user("/remove", "POST", foreign={"to.person": ("user", "team"), "to.company": ("user",),
                                      "to.participations": ("user", "team")}),
    Address(_INVITATIONS, opens=ADMINISTRATOR),
    Address(f"{_INVITATIONS}/new", opens=ADMINISTRATOR),
    Address(f"{_INVITATIONS}/new", "POST", ADMINISTRATOR, foreign=_PLACE,
            controls={"addresses": "new@example.com", "team": "$team", "role": "$user_role"}),
    Address(f"{_INVITATIONS}/<int:invitation_id>/send", "POST", ADMINISTRATOR,
            path={"invitation_id": "invitation"}),
    Address(f"{_INVITATIONS}/<int:invitation_id>/withdraw", "POST", ADMINISTRATOR,
            path={"invitation_id": "invitation"}),
    Address("/invitation/<token>", opens=ANYONE, path={"token": "token"},
            secrets=frozenset({"token"})),
    Address("/invitation/<token>", "POST", ANYONE, path={"token": "token"},
            secrets=frozenset({"token"}),
            controls={"first_name": "Eve", "last_name": "Nowak", "password": "a-longer-7-word"}),
]  # fmt: skip

CONTACTS = [
    *_of_kind("people", "person"),
    *_of_kind("companies", "company"),
    Address("/settings/account/contacts/general", opens=ADMINISTRATOR),
    Address(
        "/settings/account/contacts/general",
        "POST",
        ADMINISTRATOR,
        controls={"clear_personal": "1"},
    ),
    Address("/settings/account/contacts/sources", opens=ADMINISTRATOR),
    Address(
        "/settings/account/contacts/sources",
        "POST",
        opens=ADMINISTRATOR,
        controls={"order": ["$source"], "new": "Fair"},
        foreign={"order": ("source", "tags"), "retired": ("source",), "move": ("source",)},
        ignored=frozenset({"order", "retired", "move"}),
    ),
]

_EXPORT = "/exports/<int:export_id>"
EXPORTS = [
    *(Address(f"{where}", opens=EXPORTER)
      for where in ("/exports", "/settings/profile/export", "/settings/account/data/export")),
    *(Address(f"{_EXPORT}{below}", opens=EXPORTER, path={"export_id": "export"})
      for below in ("", "/progress", "/file")),
    Address(f"{_EXPORT}/stop", "POST", EXPORTER, path={"export_id": "waiting export"}),
]  # fmt: skip

_IMPORT = "/imports/<int:import_id>"


def _import(below: str, method: str = "GET", of: str = "assigning", **more: Any) -> Address:
    return Address(_IMPORT + below, method, IMPORTER, path={"import_id": of}, **more)


IMPORTS = [
    Address("/imports", opens=IMPORTER),
    Address("/settings/profile/import", opens=IMPORTER),
    Address("/settings/account/data/import", opens=IMPORTER),
    Address("/imports/new", opens=IMPORTER),
    Address("/imports/new", "POST", IMPORTER, controls={"kind": "person"}, has_file=True,
            foreign={"kind": ("sign",)}),
    Address("/imports/sample/<kind_key>.<suffix>", opens=IMPORTER,
            path={"kind_key": "person", "suffix": "csv"},
            signs=frozenset({"kind_key", "suffix"})),
    _import(""),
    _import("/progress"),
    _import("/options"),
    _import("/failed", of="done"),
    _import("/file", "POST", controls={"encoding": "utf-8", "separator": ";"}),
    _import("/columns", "POST", controls={"target_0": "person.last_name", "target_1": ""},
            foreign={"target_0": ("company", "sign")}),
    _import("/options", "POST",
            controls={"owner": "$user", "participants": ["$user", "$team"], "groups": "$groups",
                      "tags": "$tags", "visibility": "public", "on_match": "skip"},
            foreign={**HOLDERS, **LABELS, "visibility": ("sign",), "on_match": ("sign",)}),
    _import("/stop", "POST", of="waiting"),
    _import("/continue", "POST", of="stopped"),
    _import("/delete", "POST"),
]  # fmt: skip

_USERS = "/settings/account/users"
_PERMISSIONS = "/settings/account/permissions"
MEMBER = {"member": ("user:@.$user_role", "role:$user.@"), "add": ("user",), "add_role": ("role",)}


def _admin(rule: str, method: str = "GET", **more: Any) -> Address:
    return Address(rule, method, ADMINISTRATOR, **more)


PERMISSIONS = [
    _admin(f"{_USERS}/teams"),
    _admin(f"{_USERS}/teams/new"),
    _admin(f"{_USERS}/teams/new", "POST", controls={"name": "New", "parent": "$team", "add_role": "$user_role"},
           foreign={"parent": ("team", "user"), "add": ("user",), "member": MEMBER["member"]}),
    _admin(f"{_USERS}/teams/<int:team_id>", path={"team_id": "team"}),
    _admin(f"{_USERS}/teams/<int:team_id>", "POST", path={"team_id": "team"},
           controls={"name": "East", "parent": "$other_team", "member": "$user.$user_role",
                     "opened": "$user.$user_role", "add": "$boss", "add_role": "$user_role"},
           foreign={**MEMBER, "parent": ("team", "user")}),
    _admin(f"{_USERS}/teams/<int:team_id>/delete", path={"team_id": "team"}),
    _admin(f"{_USERS}/teams/<int:team_id>/delete", "POST", path={"team_id": "team"},
           controls=dict.fromkeys(("members_to", "participations_to", "invited_to"), "$other_team"),
           foreign=dict.fromkeys(("members_to", "participations_to", "invited_to"),
                                 ("team", "user"))),
    _admin(f"{_USERS}/roles"),
    _admin(f"{_USERS}/roles/<int:role_id>", path={"role_id": "role"}),
    _admin(f"{_USERS}/roles/<int:role_id>", "POST", path={"role_id": "role"},
           controls={"tick": "person.view"}, foreign={"tick": ("sign", "role:person.@")}),
    _admin(f"{_USERS}/roles/<int:role_id>/delete", path={"role_id": "role"}),
    _admin(f"{_USERS}/roles/<int:role_id>/delete", "POST", path={"role_id": "role"},
           controls={"instead": "$user_role"}, foreign={"instead": ("role",)}),
    _admin(f"{_USERS}/users/<int:user_id>/view-as", "POST", path={"user_id": "user"}),
    Address("/view-as/end", "POST"),
    _admin(f"{_PERMISSIONS}/access"),
    _admin(f"{_PERMISSIONS}/access/<role>", path={"role": "participant"},
           signs=frozenset({"role"})),
    _admin(f"{_PERMISSIONS}/access/<role>", "POST", path={"role": "participant"},
           signs=frozenset({"role"}),
           controls={"tick": "person.delete", "invited.person": ["main_team", "$user"]},
           foreign={"tick": ("sign",), "invited.person": ("user", "team", "sign")}),
    _admin(f"{_PERMISSIONS}/access/<role>", "POST", path={"role": "owner"},
           signs=frozenset({"role"}),
           controls={"owner.person": "$user", "required.person": "1"},
           foreign={"owner.person": ("user", "team", "sign")}),
    _admin(f"{_PERMISSIONS}/visibility"),
    _admin(f"{_PERMISSIONS}/visibility/<area>", path={"area": "contacts"},
           signs=frozenset({"area"})),
    _admin(f"{_PERMISSIONS}/visibility/<area>", "POST", path={"area": "contacts"},
           signs=frozenset({"area"}),
           controls={"offered": ["private", "public"], "default": "private"},
           foreign={"offered": ("sign",), "default": ("sign",)}),
    _admin(f"{_PERMISSIONS}/check", query={"record": "person.$person", "user": "$user"},
           foreign={"record": ("person:person.@",), "user": ("user",)}),
    _admin("/settings/account/security/log", query={"user": "$user", "since": "2020-01-01"},
           foreign={"user": ("user",)}),
    _admin("/settings/account/security/log/export", "POST"),
    _admin("/settings/account/security/log/<int:entry_id>/undo", "POST",
           path={"entry_id": "entry"}),
    Address("/access-requests/<int:request_id>", path={"request_id": "request"}),
    Address("/access-requests/<int:request_id>", "POST", path={"request_id": "request"},
            controls={"grant": "1"}),
]  # fmt: skip

CUSTOM_ROLES = [
    _admin(f"{_USERS}/roles/new"),
    _admin(f"{_USERS}/roles/new", "POST", controls={"name": "Auditor"}),
]

_DUPLICATES = "/settings/account/contacts/duplicates"

DUPLICATES = [
    _admin(_DUPLICATES, query={"kind": "person"}),
    _admin(f"{_DUPLICATES}/search", "POST", controls={"kind": "company"},
           foreign={"kind": ("sign",)}),
    _admin(f"{_DUPLICATES}/<int:run_id>/progress", path={"run_id": "run"}),
    _admin(f"{_DUPLICATES}/<int:run_id>/stop", "POST", path={"run_id": "run"}),
    _admin(f"{_DUPLICATES}/groups/<int:group_id>/different", "POST", path={"group_id": "group"}),
    _admin(f"{_DUPLICATES}/groups/<int:group_id>/later", "POST", path={"group_id": "group"}),
]  # fmt: skip

BY_PLUGIN = {
    "core": [*CORE, *STAFF, *PERMISSIONS, *EXPORTS],
    "custom_roles": CUSTOM_ROLES,
    "contacts": CONTACTS,
    "imports": IMPORTS,
    "duplicates": DUPLICATES,
}
