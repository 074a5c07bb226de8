// Makes inter.woff2: the variable Inter with the letters of European languages in Latin script.
// Run by hand when Inter or the set of letters changes:
//   npm install --no-save inter-ui@4.1.1 subset-font@2.9.0 && node core/static/src/fonts/subset.mjs

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import subset from "subset-font";

const find = createRequire(import.meta.url).resolve;
const RANGES = [[0x20, 0x7e], [0xa0, 0x17f], [0x218, 0x21b], [0x1e80, 0x1e85], [0x1e9e, 0x1e9e]];
const SIGNS = "Əə–—‘’‚“”„†‡•…‰‹›⁄€₴№™−×÷≈≠≤≥←↑→↓↵⌘⌥⇧✓\u2007\u2009\u202f\u2011";
const letters = RANGES.map(([from, to]) =>
  Array.from({ length: to - from + 1 }, (_, step) => String.fromCodePoint(from + step)).join(""),
);
const font = await subset(
  await readFile(find("inter-ui/variable/InterVariable.woff2")),
  letters.join("") + SIGNS,
  {
    targetFormat: "woff2",
    variationAxes: { opsz: 14, wght: { min: 400, max: 700 } },
    keepFeatures: ["calt", "case", "ccmp", "cv05", "frac", "kern", "locl", "mark", "mkmk", "tnum"],
  },
);
await writeFile(new URL("inter.woff2", import.meta.url), font);
console.log(`inter.woff2: ${font.length} bytes`);
