"""What the files of the house must keep to, and imports cannot show."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path

import grimp
import pytest
from jinja2 import Environment, nodes

from core import hookspecs
from core.app import ROOT, plugin_names
from core.db import Base

Python = dict[Path, ast.Module]

# Who may end a unit of work: the edges of requests, jobs and commands, and what must be stored
# whatever becomes of the request.
EDGES = {
    "core/web.py",
    "core/operation.py",
    "core/jobs/relay.py",
    "core/jobs/runner.py",
    "core/jobs/schedule.py",
    "core/users/sessions.py",  # that a session is in use is stored although a page is only read
}

# Who may catch everything: edges that answer for it, and where the box of a plugin is isolated.
CATCHERS = {
    "core/web.py",
    "core/jobs/runner.py",
    "core/jobs/schedule.py",
    "core/records/profile.py",
    "plugins/imports/calamine_reading.py",  # a reader of another language raises what it likes
}

# Who may write SQL on records that does not ask the rule, and why.
KNOWS_RECORDS = {
    "core/access/engine.py": "it asks the rule by its own parts",
    "core/access/holdings.py": "it reads sets of records, of which the effect asks the rule",
    "core/access/rule.py": "it is the rule",
    "core/changes/undoing.py": "it reads what change sets did to records, and shows none",
    "core/records/bulk.py": "it writes what was checked before",
    "core/records/handing_over.py": "it gives on what a user or team holds, whoever may see it",
    "core/records/lists.py": "it puts its statements together around the rule",
    "core/records/models.py": "it describes the table",
    "core/records/services.py": "it takes numbers for new records",
    "core/records/trashing.py": "it moves what was checked before",
    "core/merging/queries.py": "it tells by number what was merged, and shows none",
    "core/ownership/queries.py": "it looks for owners who do nothing, and shows none",
    "core/trash/queries.py": "it lists for administrators what the clock will delete",
    "core/trash/services.py": "it deletes for good, which is for administrators alone",
    "core/demo/services.py": "it fills an account that nobody has used yet",
    "core/records/conditions.py": "its filters narrow lists that ask the rule",
    "plugins/duplicates/services.py": "it compares all records for administrators, and shows none",
    "plugins/imports/queries.py": "it counts what an import did to records, and shows none",
}

# Who may write SQL on what belongs to accounts without naming one, and why.
KNOWS_NO_ACCOUNT = {
    "core/housekeeping.py": "the clock ends what lasted too long, in whichever account",
    "core/accounts/learning.py": "a version tells all accounts at once of the rights it brings",
    "core/users/sessions.py": "a session says to which account its user belongs",
    "core/ownership/queries.py": "the clock asks which accounts want it",
    "core/trash/queries.py": "the clock asks which accounts want it",
    "core/staff/queries/invitations.py": "a link says in which account its invitation is",
    "core/users/throttle.py": "a failed sign-in goes to the log of whoever's login it was",
}

BAD_MODULES = {"utils", "helpers", "common", "misc", "base", "manager", "tools"}
EMPTY_WORDS = {"data", "info", "item", "handle", "do", "obj", "tmp", "flag"}


def place(path: Path) -> str:
    """Return a file's place in the house, as `core/web.py`."""
    return path.relative_to(ROOT).as_posix()


def none(found: list[str]) -> None:
    """Fail with one line for each place that was found."""
    assert not found, "\n" + "\n".join(found)


def owner(path: Path) -> str:
    """Return the plugin that a file belongs to, or `core`."""
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "plugins" and len(parts) > 2 else parts[0]


@pytest.fixture(scope="module")
def python() -> Python:
    """The parsed modules of core, plugins and config, without migrations."""
    files = [
        each
        for folder in ("core", "plugins", "config")
        for each in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in each.parts
    ]
    return {each: ast.parse(each.read_text()) for each in files}


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    """The texts of all pages."""
    found = [*(ROOT / "core/pages").rglob("*.html"), *ROOT.glob("plugins/*/pages/**/*.html")]
    return {each: each.read_text() for each in found}


def offences(python: Python, find: Callable[[ast.Module], Iterator[ast.AST]]) -> list[str]:
    """Return the places of what `find` yields, as `core/web.py:12`."""
    return [
        f"{place(path)}:{getattr(found, 'lineno', 1)}"
        for path, module in python.items()
        for found in find(module)
    ]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def called(call: ast.Call) -> str:
    """Return the last name of what is called."""
    target = call.func
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.Call) and called(each) in names)


# ---------------------------------------------------------------- modules


def test_imports_stand_at_the_top(python):
    def inside(module: ast.Module) -> Iterator[ast.AST]:
        for function in functions(module):
            for each in ast.walk(function):
                if isinstance(each, ast.Import | ast.ImportFrom):
                    yield each

    none(offences(python, inside))


def test_no_module_imports_itself_around_a_corner():
    graph = grimp.build_graph(
        "core", "plugins", "config", exclude_type_checking_imports=True, cache_dir=None
    )
    below = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}
    done: set[str] = set()
    while free := {each for each in below if each not in done and below[each] <= done}:
        done |= free
    none(sorted(below.keys() - done))


def test_modules_are_named_after_an_idea(python):
    names = {path: path.stem.removeprefix("_") for path in python}
    none([place(path) for path, name in names.items() if name in BAD_MODULES])


def test_every_module_says_what_it_holds(python):
    silent = [
        place(path)
        for path, module in python.items()
        if not ast.get_docstring(module) or "\n" in ast.get_docstring(module).split("\n\n")[0]
    ]
    none(silent)


def test_names_say_something(python):
    def empty(module: ast.Module) -> Iterator[ast.AST]:
        for each in ast.walk(module):
            name = (
                each.name
                if isinstance(each, ast.FunctionDef | ast.ClassDef)
                else each.arg
                if isinstance(each, ast.arg)
                else each.id
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                else ""
            )
            if name.lower() in EMPTY_WORDS:
                yield each

    none(offences(python, empty))


def test_public_functions_and_classes_of_the_inside_say_what_they_do(python):
    quiet = ("views", "list_views", "search_views", "plugin", "commands", "shown")

    def silent(path: Path, module: ast.Module) -> Iterator[str]:
        if path.stem in quiet or path.name == "__init__.py":
            return
        for each in module.body:
            if (
                isinstance(each, ast.FunctionDef | ast.ClassDef)
                and not each.name.startswith("_")
                and not ast.get_docstring(each)
                and not opened_to(each)
            ):
                yield f"{place(path)}: {each.name}"

    none([each for path, module in python.items() for each in silent(path, module)])


def opened_to(definition: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether a definition is a view: it says who may open it."""
    return any(
        isinstance(each, ast.Call) and called(each) == "opens" for each in definition.decorator_list
    )


def test_time_comes_from_the_clock(python):
    def tells(module: ast.Module) -> Iterator[ast.AST]:
        for call in calls(module, "now", "utcnow", "today"):
            of = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(of, ast.Name) and of.id in {"datetime", "date"}:
                yield call

    none([each for each in offences(python, tells) if not each.startswith("core/clock.py")])


def test_environment_is_read_by_the_settings_alone(python):
    def reads(module: ast.Module) -> Iterator[ast.AST]:
        for each in ast.walk(module):
            if isinstance(each, ast.Attribute) and each.attr in {"environ", "getenv"}:
                yield each

    found = offences(python, reads)
    none([each for each in found if not each.startswith("config/settings.py:")])


def test_sentences_are_translated_when_they_are_shown(python):
    def too_early(module: ast.Module) -> Iterator[ast.AST]:
        inner = {id(each) for function in bodies(module) for each in ast.walk(function)}
        return (each for each in calls(module, "_", "ngettext") if id(each) not in inner)

    none(offences(python, too_early))


def bodies(module: ast.Module) -> Iterator[ast.AST]:
    """Return everything that runs later than the import."""
    kinds = ast.FunctionDef | ast.Lambda
    return (each for each in ast.walk(module) if isinstance(each, kinds))


# ---------------------------------------------------------------- units of work and SQL


def test_only_the_edge_commits(python):
    found = offences(python, lambda module: calls(module, "commit"))
    none([each for each in found if each.rpartition(":")[0] not in EDGES])


def test_only_edges_catch_everything(python):
    def catches(module: ast.Module) -> Iterator[ast.AST]:
        for each in ast.walk(module):
            if isinstance(each, ast.ExceptHandler) and (
                each.type is None
                or (
                    isinstance(each.type, ast.Name)
                    and each.type.id in {"Exception", "BaseException"}
                )
            ):
                yield each

    found = offences(python, catches)
    none([each for each in found if each.rpartition(":")[0] not in CATCHERS])


def texts(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module with their lines; what is put in stands as its source."""
    said = {
        id(each.body[0]) for each in ast.walk(module) if hasattr(each, "body") and said_in(each)
    }
    within: set[int] = set()
    for each in ast.walk(module):
        if isinstance(each, ast.JoinedStr):
            within |= {id(part) for part in each.values}
            yield each.lineno, ast.unparse(each)
        elif isinstance(each, ast.Expr) and id(each) in said:
            within.add(id(each.value))
        elif (
            isinstance(each, ast.Constant)
            and isinstance(each.value, str)
            and id(each) not in within
        ):
            yield each.lineno, each.value


def said_in(tree: ast.AST) -> bool:
    """Whether a module, class or function begins with a docstring."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    return isinstance(tree, kinds) and ast.get_docstring(tree) is not None


def guarded_tables() -> set[str]:
    return {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "is_guarded", False)
    }


def test_sql_on_records_asks_the_rule(whole_app, python):
    names = "|".join(sorted(guarded_tables()))
    reads = re.compile(rf"\b(?:from|join|update|into|sequence\(')\s*(?:{names})\b")
    rule = re.compile(r"\{[\w.]*\b(?:full|basic|candidates)\b[^}]*\}")
    lawless = [
        f"{place(path)}:{line}"
        for path, module in python.items()
        if place(path) not in KNOWS_RECORDS
        for line, text in texts(module)
        if reads.search(text) and not rule.search(text)
    ]
    none(lawless)


def test_sql_without_account_touches_no_table_of_accounts(whole_app, python):
    tenant = [table for table in Base.metadata.tables.values() if "account_id" in table.primary_key]
    names = "|".join(sorted(table.name for table in tenant))
    touched = re.compile(rf"\b(?:from|join|update|into)\s+(?:{names})\b")
    free = {"core_user", "core_job"}  # who signs in or waits is known before his account is

    def loose(module: ast.Module) -> Iterator[ast.AST]:
        named = {
            target.id: each.value
            for each in module.body
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for call in calls(module, "installation_sql"):
            told = call.args[0]
            text = ast.unparse(named.get(told.id, told) if isinstance(told, ast.Name) else told)
            if {found.split()[-1] for found in touched.findall(text)} - free:
                yield call

    found = offences(python, loose)
    none([each for each in found if each.rpartition(":")[0] not in KNOWS_NO_ACCOUNT])


def test_statements_name_models_not_their_tables(python):
    def bare(module: ast.Module) -> Iterator[ast.AST]:
        for each in ast.walk(module):
            if isinstance(each, ast.Attribute) and each.attr == "__table__":
                yield each

    found = offences(python, bare)
    none([each for each in found if not each.startswith("core/records/bulk.py:")])


# ---------------------------------------------------------------- hooks


def specifications() -> dict[str, Callable]:
    return {
        name: each
        for name, each in vars(hookspecs).items()
        if hasattr(each, "szansa_spec")
    }  # fmt: skip


def implementations(python: Python) -> Iterator[tuple[str, ast.FunctionDef]]:
    for path, module in python.items():
        for function in functions(module):
            marks = {getattr(each, "id", "") for each in function.decorator_list}
            if "hookimpl" in marks:
                yield place(path), function


def test_every_hook_says_what_it_is_for():
    none([name for name, each in specifications().items() if not each.__doc__])


def test_every_hook_stands_in_the_documents_with_its_arguments():
    written = (ROOT / "docs/hooks.md").read_text()
    called_so = {
        f"{name}({', '.join(signature(each).parameters)})"
        for name, each in specifications().items()
    }
    assert set(re.findall(r"^\| `(\w+\(.*?\))` \|", written, re.MULTILINE)) == called_so


def test_every_hook_has_a_first_user(python):
    used = {function.name for _place, function in implementations(python)}
    none(sorted(set(specifications()) - used))


def test_answers_to_hooks_have_no_defaults(python):
    loose = [
        f"{where}: {function.name}"
        for where, function in implementations(python)
        if function.args.defaults or function.args.kw_defaults
    ]
    none(loose)


def test_hooks_take_values_only():
    forbidden = {"app", "request", "form", "response", "session", "db"}
    for name, each in specifications().items():
        assert not forbidden & set(each.__annotations__), name


def test_answers_to_hooks_are_short(python):
    long = [
        f"{where}: {function.name}"
        for where, function in implementations(python)
        if function.end_lineno - function.lineno > 15
    ]
    none(long)


# ---------------------------------------------------------------- plugins


def test_foreign_keys_lead_to_core_or_home_and_say_what_becomes_of_them(whole_app):
    wrong = []
    for table in Base.metadata.tables.values():
        home = table.name.split("_")[0]
        for key in table.foreign_key_constraints:
            target = key.referred_table.name.split("_")[0]
            if target not in {"core", home} or not key.ondelete:
                wrong.append(f"{table.name} -> {key.referred_table.name}")
    none(wrong)


def test_tables_are_named_after_their_owner(whole_app):
    homes = {"core", *plugin_names()}
    for mapper in Base.registry.mappers:
        home = mapper.class_.__module__.split(".")
        expected = home[1] if home[0] == "plugins" else "core"
        assert mapper.local_table.name.startswith(f"{expected}_")
        assert expected in homes


def is_well_named(name: str, sort: str) -> bool:
    """Whether a column's name says of what sort it is."""
    if sort.startswith("datetime"):
        return name == "at" or name.endswith("_at")
    if sort == "date":
        return name.endswith("_on")
    if sort == "boolean":
        return name.startswith(("is_", "has_", "must_"))
    return not (name.endswith(("_at", "_on")) or name.startswith(("is_", "has_", "must_")))


def test_columns_say_what_they_hold(whole_app):
    columns = [each for table in Base.metadata.tables.values() for each in table.columns]
    none([str(each) for each in columns if not is_well_named(each.name, str(each.type).lower())])


def test_pages_of_a_plugin_are_its_own_or_of_core(python, pages):
    known = {
        each.relative_to(folder).as_posix(): owner(each)
        for folder in [ROOT / "core/pages", *ROOT.glob("plugins/*/pages")]
        for each in folder.rglob("*.html")
    }
    wrong = []
    for path, used in used_pages(python, pages):
        if used not in known or known[used] not in {"core", owner(path)}:
            wrong.append(f"{place(path)}: {used}")
    none(wrong)


def used_pages(python: Python, pages: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the names of the pages that it shows, extends, includes or imports."""
    page_name = re.compile(r"[\w/]+\.html")
    for path, module in python.items():
        for _line, text in texts(module):
            if page_name.fullmatch(text):
                yield path, text
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    for path, text in pages.items():
        tree = environment.parse(text)
        for each in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
            if isinstance(each.template, nodes.Const):
                yield path, str(each.template.value)


def test_addresses_of_other_plugins_are_not_known(whole_app, python):
    homes = {
        name: getattr(blueprint, "szansa_plugin", "") or "core"
        for name, blueprint in whole_app.blueprints.items()
    }
    wrong = [
        f"{place(path)}:{call.lineno}"
        for path, module in python.items()
        for call in calls(module, "url_for", "url")
        if call.args
        and isinstance(call.args[0], ast.Constant)
        and homes.get(str(call.args[0].value).split(".")[0], "core") not in {"core", owner(path)}
    ]
    none(wrong)


def test_core_has_no_word_for_a_plugin(python, pages):
    """Core names no plugin in its code, so that each can be deleted."""
    names = {name for name in plugin_names() if name not in {"contacts", "imports"}}
    wrong = [
        f"{place(path)}:{line}"
        for path, module in python.items()
        if owner(path) == "core"
        for line, text in texts(module)
        if text in names
    ]
    none(wrong)


# ---------------------------------------------------------------- pages


def test_pages_trust_no_text(python, pages):
    none([place(path) for path, text in pages.items() if re.search(r"\|\s*safe\b", text)])
    none([place(path) for path, text in pages.items() if "autoescape" in text])
    found = offences(python, lambda module: calls(module, "Markup"))
    none([each for each in found if not each.startswith("core/records/profile.py:")])


def test_pages_hold_no_script_style_or_foreign_address(pages):
    bad = re.compile(
        r"""<[^>{]*\s(?:on\w+|style)=["']|<script(?![^>]*\bsrc=)|<style|javascript:"""
        r"""|(?:src|href)=["'](?:https?:)?//""",
        re.IGNORECASE,
    )
    # Mail programs know no style sheets: what mails look like stands on their elements.
    look_of_mails = {ROOT / "core/pages/mail" / name for name in ("_frame.html", "_parts.html")}
    shown = {path: text for path, text in pages.items() if path not in look_of_mails}
    found = [(path, bad.search(text)) for path, text in shown.items()]
    none([f"{place(path)}: {what[0]}" for path, what in found if what])


def test_pages_stand_in_folders_called_pages():
    folders = [each for name in ("core", "plugins") for each in (ROOT / name).rglob("templates")]
    none([each for each in folders if each.is_dir() and each.parent != ROOT / "plugins"])


# ---------------------------------------------------------------- tests


def test_tests_mock_nothing_of_ours():
    bad = re.compile(r"unittest\.mock|\bMagicMock\b")
    found = [each for each in (ROOT / "tests").rglob("*.py") if each != Path(__file__)]
    none([place(each) for each in found if bad.search(each.read_text())])
