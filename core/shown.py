"""Values that pages show: frozen, ready to print, with nothing left to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


# --- frame ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class NavEntry:
    label: str
    url: str
    icon: str = ""  # name from core/static/src/icons.txt
    is_active: bool = False
    children: Sequence[NavEntry] = ()
    shortcut: str = ""  # letter after g: "c" = g c
    count: int | None = None


@dataclass(frozen=True)
class NavGroup:  # settings_nav
    label: str  # "" = no heading, a line between groups
    entries: Sequence[NavEntry] = ()


@dataclass(frozen=True)
class UserFace:  # also avatars of people anywhere
    name: str
    initials: str
    hue: int = 1  # 1..8
    language: str = "en"
    theme: str = ""  # "light" | "dark" | "" = as the system
    email: str = ""
    photo_url: str = ""  # "" = the initials


@dataclass(frozen=True)
class Toast:
    text: str
    kind: str = "ok"  # ok | warn
    undo_url: str | None = None  # POSTed
    undo_seconds: int = 30


@dataclass(frozen=True)
class Action:  # a button or link on a page
    label: str
    url: str
    icon: str = ""
    style: str = ""  # "" quiet | primary | danger | ghost
    method: str = "get"  # post = a small form with csrf_token
    dialog: str = ""  # id of a <dialog> on the page to open instead (url is the way without script)
    is_on: bool = False  # a switch that is on


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    is_current: bool = False
    icon: str = ""
    count: str = ""  # formatted


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str | None = None


@dataclass(frozen=True)
class Empty:
    icon: str
    title: str
    text: str = ""
    action: Action | None = None


# --- people, cells ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Cell:
    """One value on a list or profile. type: text | name | link | user | visibility | badge | date | tags | email | phone | number | longtext"""

    type: str
    text: str = ""  # formatted; visibility: the translated word
    url: str | None = (
        None  # name, link, email (mailto:), phone (tel:); link without url = plain text (no access)
    )
    title: str = ""  # full text for the tooltip; date: full date and time
    value: str = ""  # visibility: public|private|hidden; badge: its tone; date: ISO for <time datetime>; name: "square" for companies
    initials: str = ""  # name, user
    hue: int = 1
    items: Sequence[str] = ()  # tags
    extra: str = ""  # small grey text behind (phone kind, "and 2 more")


@dataclass(frozen=True)
class OwnerFace:
    name: str
    initials: str
    hue: int = 1


# --- list ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    key: str  # "name" is the name column, "owner" the owner's, "visibility" the visibility's
    label: str
    css: str = (
        ""  # c-name c-pos c-firm c-tel c-mail c-seg c-own c-vis c-date c-num c-tags c-text or ""
    )
    align: str = ""  # "r"
    sort_url: str | None = None
    sort_dir: str | None = None  # "asc" | "desc" when sorted by it
    width: int | None = None  # in CSS pixels, where the user has drawn it


@dataclass(frozen=True, slots=True)
class Row:
    id: int | str
    url: str
    cells: Sequence[Cell] = ()  # as many as columns; a basic row: ignored
    is_basic: bool = False  # private without access
    name: str = ""  # basic row
    kind_label: str = ""  # basic row: "Person"
    owner: OwnerFace | None = None  # basic row


@dataclass(frozen=True)
class PageSize:
    size: int
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Chip:  # an active filter
    label: str
    value: str
    remove_url: str
    url: str | None = None  # opens the filter
    is_gone: bool = False  # asks for a field that is not there any more


@dataclass(frozen=True)
class TickBar:  # list operations: what can be done with the ticked rows
    actions: Sequence[Action]  # POST with the ticked rows
    all_text: str  # how many rows the filter has, formatted
    clear_url: str  # the list without tick boxes


@dataclass(frozen=True)
class Views:  # the views of a list, and what can be done with the one that is open
    entries: Sequence[Tab]  # of the menu Show
    actions: Sequence[Action] = ()  # behind them in the menu
    save: Sequence[Action] = ()  # in the filter bar, while the list differs from its view


@dataclass(frozen=True)
class ListPage:
    kind: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    count: int | None = None  # exact, when known
    count_text: str = ""  # "37" or "1,000+"
    count_url: str | None = None  # counts exactly
    range_text: str = ""  # "1–50", "" when unknown
    sorted_by: str = ""
    prev_url: str | None = None
    next_url: str | None = None
    sizes: Sequence[PageSize] = ()
    tabs: Sequence[Tab] = ()
    url: str = ""  # the list itself (action of the quick search)
    query: str = ""  # quick search
    has_query: bool = True  # offer the quick search
    kept: Sequence[tuple[str, str]] = ()  # other parameters the quick search keeps
    chips: Sequence[Chip] = ()
    clear_url: str | None = None
    empty: Empty | None = None  # shown when rows is empty
    primary: Action | None = None  # "Add person"
    actions: Sequence[Action] = ()  # further ones in the head
    widths_url: str = ""  # keeps the widths of columns that are drawn
    ticks: TickBar | None = None  # rows have tick boxes
    count_later_url: str | None = None  # brings the count after the page
    filter_url: str | None = None  # opens the builder of filters
    views: Views | None = None
    notices: Sequence[str] = ()  # above the rows


# --- profile -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RecordFace:
    id: int
    kind: str
    kind_label: str
    name: str
    url: str
    initials: str = ""
    hue: int = 1
    shape: str = "round"  # round | square
    visibility: str = "public"
    visibility_label: str = ""
    subtitle: str = ""  # "Purchasing director,"
    subtitle_link: str = ""  # "Północ Energia S.A."
    subtitle_url: str | None = None
    list_label: str = ""  # "People"
    list_url: str = ""


@dataclass(frozen=True)
class FieldRow:
    key: str
    label: str
    values: Sequence[Cell] = ()  # empty = nothing typed, the row shows "–"
    icon: str = ""  # contact data: icon instead of the label


@dataclass(frozen=True)
class Section:
    title: str  # "" for the first
    rows: Sequence[FieldRow] = ()


@dataclass(frozen=True)
class PanelView:
    key: str  # element id "panel-<key>"
    title: str
    body: str  # Markup: the rendered page part (rows are drawn inside .in)
    count: str = ""
    action: Action | None = None
    icon: str = ""
    is_flush: bool = False  # body brings its own padding (tables)


@dataclass(frozen=True)
class Answer:
    heading: str  # "You see" / "You do not delete"
    is_held: bool
    sentences: Sequence[str] = ()  # plain text


@dataclass(frozen=True)
class Why:
    answers: Sequence[Answer]  # shown at once
    further: Sequence[Answer] = ()  # behind "N more rights"


@dataclass(frozen=True)
class HolderView:
    name: str
    initials: str
    hue: int = 1
    is_team: bool = False
    role: str = ""  # "owner", "participant", "team, 7 people"
    since: str = ""  # formatted date
    added_by: str = ""
    id: int = 0
    may_remove: bool = False  # button name="remove" value=id in the dialog's form


# --- forms -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_selected: bool = False
    is_disabled: bool = False
    hint: str = ""


@dataclass(frozen=True)
class FieldView:
    key: str
    label: str
    type: str = "text"
    value: str = ""
    values: Sequence[Any] = ()  # email_list: [str]; phone_list: [(number, kind)]; choices: [str]
    options: Sequence[Option] = ()  # phone_list: the kinds
    is_required: bool = False
    hint: str = ""
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    wrong: Sequence[int] = ()  # lists: which entries (0-based) are wrong
    is_readonly: bool = False
    readonly_text: str = ""
    placeholder: str = ""
    autocomplete: str = "off"
    max_length: int | None = None
    picker_url: str = ""
    may_create: bool = False  # choices: what is typed and new becomes an entry
    sends_empty: bool = False  # choices, principals: none chosen is sent as one empty value
    is_wide: bool = False  # both columns of the section's grid
    has_focus: bool = False  # autofocus (else the first wrong field, else none)
    accept: str = ""  # file
    max_bytes: int | None = None  # file: refused by script before sending
    css: str = ""


@dataclass(frozen=True)
class FormSection:
    title: str
    fields: Sequence[FieldView]
    hint: str = ""


@dataclass(frozen=True)
class FormError:  # summary on top
    key: str  # field key, "" for the whole form
    text: str  # "E-mail: type an address such as a@b.com"


@dataclass(frozen=True)
class FormWarning:  # may be saved after confirming: checkbox confirm=<key>
    key: str
    text: str
    confirm_label: str = ""  # "" = "Save anyway"


@dataclass(frozen=True)
class ConflictRow:
    key: str
    label: str
    opened: str
    now: str
    mine: str
    choice: str = ""  # "" | "now" | "mine"; control name keep_<key>


@dataclass(frozen=True)
class Conflict:
    by: str  # who changed it
    at: str  # when, formatted
    rows: Sequence[ConflictRow] = ()
    merged_count: int = 0  # fields combined without asking


@dataclass(frozen=True)
class FormView:
    action: str  # URL it is posted to
    title: str
    sections: Sequence[FormSection]
    save_label: str
    cancel_url: str
    version: str = ""  # hidden control, "" = none
    token: str = ""  # hidden control form_token
    crumbs: Sequence[Crumb] = ()
    errors: Sequence[FormError] = ()
    warnings: Sequence[FormWarning] = ()
    conflict: Conflict | None = None
    is_multipart: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)


# --- search, notifications, plugins --------------------------------------------------------------------
@dataclass(frozen=True)
class Hit:
    id: int | str
    kind: str
    url: str
    name: str
    is_basic: bool = False
    initials: str = ""
    hue: int = 1
    shape: str = "round"
    note: str = ""  # "Północ Energia S.A."; basic: "Person, owner: Piotr Żyła"
    place: str = ""  # place of the match: "E-mail: m.swiecicka@…"
    parts: Sequence[tuple[str, bool]] = ()  # the name, and which parts of it were looked for


@dataclass(frozen=True)
class SearchGroup:
    kind: str
    label: str
    icon: str
    hits: Sequence[Hit]
    count_text: str = ""
    more_url: str | None = None  # the next hits, at the end the list
    is_last: bool = False  # what follows is on the list alone


@dataclass(frozen=True)
class NotificationView:
    id: int
    text: str
    when: str
    url: str | None = None  # the record or page that it is about
    open_url: str | None = None  # POST: marks it read and leads to `url`
    when_title: str = ""
    icon: str = "bell"
    initials: str = ""  # of the actor; "" = icon
    hue: int = 1
    is_unread: bool = False
    read_url: str | None = None  # POST


@dataclass(frozen=True)
class PluginView:
    key: str
    name: str
    description: str
    is_on: bool
    is_available: bool = True
    package_name: str = ""  # needed package
    needs: Sequence[str] = ()  # names of plugins it needs
    icon: str = "puzzle"
    state: str = ""  # "on", "off", "not available", as it is now


# --- permissions ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Gainer:
    name: str
    initials: str
    hue: int = 1
    count: str = ""  # records; "" where the right needs none
    list_key: str = ""  # value of the button that lists his records


@dataclass(frozen=True)
class EffectLine:
    sign: str  # "+12", "−2"
    is_loss: bool
    title: str  # "12 users gain “Edit”"
    detail: str  # "People: 3,410"
    gainers: Sequence[Gainer] = ()
    further: Sequence[Gainer] = ()
    further_text: str = ""  # "9 more users"
    samples: Sequence[tuple[str, str]] = ()  # name, address
    more_samples: str = ""  # "and 18 more"
    list_key: str = ""


@dataclass(frozen=True)
class MatrixColumn:
    key: str
    label: str
    icon: str


@dataclass(frozen=True)
class MatrixCell:
    value: str  # "person.edit"; "" where the right does not exist for the kind
    is_on: bool = False
    is_locked: bool = False
    label: str = ""  # "Edit: Person"


@dataclass(frozen=True)
class MatrixRow:
    label: str
    explanation: str
    cells: Sequence[MatrixCell]


@dataclass(frozen=True)
class MatrixGroup:
    title: str
    rows: Sequence[MatrixRow]
