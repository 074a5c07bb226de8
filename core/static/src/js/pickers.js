// Selects with data-pick become pickers; with data-picker-url they ask the server while typing.
import TomSelect from "tom-select/base";
import clearButton from "tom-select/plugins/clear_button/plugin.js";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { fresh, ready, word } from "./ready.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

function load(url) {
  return function (query, show) {
    const address = new URL(url, location.href);
    address.searchParams.set("q", query);
    fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : []))
      .then((found) => {
        // What was found before does not fit what is typed now; the chosen one stays.
        this.clearOptions();
        show(found.map((entry) => ({ ...entry, id: String(entry.id) })));
      })
      .catch(() => show());
  };
}

const note = (entry, escape) => (entry.note ? `<span class="mute t0">${escape(entry.note)}</span>` : "");

// A name of digits alone goes in quotes, so that it is not taken for the number of an entry.
const made = (name) => ({ id: /^\d+$/.test(name) ? `"${name}"` : name, name });

function pick(select) {
  const url = select.dataset.pickerUrl;
  const isMany = select.multiple;
  // Its label is handed over to the picker.
  select.setAttribute("aria-label", select.labels[0]?.textContent.trim() ?? select.getAttribute("aria-label") ?? "");
  new TomSelect(select, {
    valueField: "id",
    labelField: "name",
    searchField: ["name"],
    disabledField: "disabled",
    options: [...select.options].filter((option) => option.value).map((option) => ({
      id: option.value,
      name: option.textContent.trim(),
      note: option.dataset.note,
      disabled: option.disabled,
    })),
    items: [...select.selectedOptions].map((option) => option.value).filter(Boolean),
    allowEmptyOption: false,
    maxOptions: url ? 50 : 500,
    preload: url ? "focus" : false,
    load: url ? load(url) : undefined,
    shouldLoad: () => true,
    // What stands for nothing is said where nothing is chosen.
    placeholder: select.getAttribute("placeholder")
      ?? select.querySelector("option[value='']")?.textContent.trim() ?? "",
    hidePlaceholder: true,
    plugins: isMany
      ? { remove_button: { title: word("remove") } }
      : select.required ? {} : { clear_button: { title: word("remove") } },
    closeAfterSelect: !isMany,
    // What is typed and new is sent as typed; the server makes an entry of it.
    create: "create" in select.dataset ? (typed) => made(typed.trim()) : false,
    // What the server finds is shown as found: it knows diacritics and rights.
    ...(url ? { score: () => () => 1, sortField: [{ field: "$order" }] } : {}),
    render: {
      option: (entry, escape) =>
        `<div><span class="grow cut">${escape(entry.name)}</span>${note(entry, escape)}</div>`,
      item: (entry, escape) => `<div>${escape(entry.name)}</div>`,
      option_create: ({ input }, escape) =>
        `<div class="create acc-ink"><span>${escape(select.dataset.create)}</span> <b class="med">${escape(input)}</b></div>`,
      no_results: () => `<div class="no-results">${word("nothing")}</div>`,
    },
  });
}

ready((root) => fresh(root, "select[data-pick]", "picked").forEach(pick));
