// One SVG with the icons of icons.txt, each a <symbol> named as in Tabler.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const find = createRequire(import.meta.url).resolve;
const DRAWING = /<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*>/g;

async function symbol(name) {
  const text = await readFile(find(`@tabler/icons/outline/${name}.svg`), "utf8");
  const shapes = text.match(DRAWING).filter((shape) => !shape.includes('stroke="none"'));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join("").replace(/ \/>/g, "/>")}</symbol>`;
}

export async function sprite() {
  const list = await readFile(new URL("icons.txt", import.meta.url), "utf8");
  const names = [...new Set(list.split("\n").map((line) => line.trim()).filter(Boolean))].sort();
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}
