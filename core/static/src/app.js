// Behaviour of all pages: small modules, each finding its own elements.
import "htmx.org";
import "./js/dialogs.js";
import "./js/files.js";
import "./js/filters.js";
import "./js/forms.js";
import "./js/keys.js";
import "./js/lists.js";
import "./js/matrix.js";
import "./js/menus.js";
import "./js/palette.js";
import "./js/pickers.js";
import "./js/search.js";
import "./js/side.js";
import "./js/toasts.js";
import "./js/widths.js";
