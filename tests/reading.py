"""Reading pages as a browser without script would: forms, texts, rows."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

VOID = {"input", "meta", "link", "br", "hr", "col", "use", "path", "circle", "rect", "img"}


class Page(HTMLParser):
    """A page taken apart: `forms` by address, `texts` by ID, `tags` with their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, dict[str, list[str]]] = {}
        self.options: dict[str, list[tuple[str, str]]] = {}
        self.texts: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.text = ""
        self._form: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self._select = ""
        self._option: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; within forms, what a browser would send of it."""
        values: dict[str, Any] = {key: "" if value is None else value for key, value in attrs}
        self.tags.append((tag, values))
        if tag not in VOID:
            self._open.append((tag, values.get("id", "")))
        name = values.get("name", "")
        if tag == "form":
            self._form = self.forms.setdefault(values.get("action", ""), {})
        elif tag == "input" and name and _is_sent(values):
            self._send(name, values.get("value", ""))
        elif tag == "textarea":
            self._send(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option":
            self._take_option(values)

    def _take_option(self, values: dict[str, Any]) -> None:
        self._option = [values["value"], ""]
        self.options.setdefault(self._select, [])
        if "selected" in values:
            self._send(self._select, values["value"])

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "option":
            self.options[self._select].append((self._option[0], self._option[1].strip()))
        if tag in {each for each, _key in self._open}:
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Collect texts under all IDs that are open."""
        self.text += data
        if self._open and self._open[-1][0] == "option":
            self._option[1] += data
        if self._open and self._open[-1][0] == "textarea":
            for name in list(self._form)[-1:]:
                self._form[name][-1] += data.removeprefix("\n")
        for _tag, key in self._open:
            if key:
                self.texts[key] = self.texts.get(key, "") + data

    def _send(self, name: str, value: str) -> None:
        self._form.setdefault(name, []).append(value)

    @property
    def rows(self) -> dict[int, str]:
        """The IDs of records on the page, with `full` or `basic`."""
        return {
            int(values["data-record-id"]): values.get("data-access", "full")
            for _tag, values in self.tags
            if "data-record-id" in values
        }

    @property
    def links(self) -> set[str]:
        """The addresses that the page leads to."""
        return {values["href"] for tag, values in self.tags if tag == "a" and "href" in values}

    @property
    def fields(self) -> set[str]:
        """The fields that a profile or a read-only form shows."""
        return {values["data-field"] for _tag, values in self.tags if "data-field" in values}

    @property
    def invalid(self) -> set[str]:
        """The controls that are marked as wrong."""
        return {
            values["name"]
            for _tag, values in self.tags
            if values.get("aria-invalid") == "true" and "name" in values
        }

    def focused(self) -> str:
        """Return the control that has the focus; empty where none has."""
        return next((values["name"] for _tag, values in self.tags if "autofocus" in values), "")

    def record_form(self) -> dict[str, list[str]]:
        """Return the controls of the page's form of a record, as a browser would send them."""
        return next(
            controls
            for action, controls in self.forms.items()
            if action.endswith(("/new", "/edit", "/holders", "/delete"))
        )


def _is_sent(values: dict[str, Any]) -> bool:
    return values.get("type") not in {"radio", "checkbox"} or "checked" in values


def page(response: Any) -> Page:
    """Return an answer's page, taken apart."""
    return Page(response.text)


def body(response: Any) -> str:
    """Return the page without what differs between two requests of one browser: the tokens."""
    text = response.text
    for token in {
        values["value"]
        for _tag, values in Page(text).tags
        if values.get("name") in {"csrf_token", "form_token"}
    }:
        text = text.replace(token, "")
    return text
