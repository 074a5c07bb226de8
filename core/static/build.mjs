// Builds what browsers load: core/static/src -> core/static/dist (named by content, compressed ahead).
//
// dist/manifest.json tells the application the names: {"app.css": "app.5F2K....css", ...}; it is written
// last, so that a reader finds either the old build or the new one, never half of one.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const source = path.join(here, "src");
const target = path.join(here, "dist");

// Files that pages ask for by name. What they import is bundled into them.
const ENTRIES = ["app.js", "app.css", "theme.js"];
// Optional: exports `sprite()`, which gives the text of one SVG with all icons in use.
const SPRITE = path.join(source, "sprite.mjs");
const COMPRESSED = new Set([".js", ".css", ".svg", ".txt"]);

const hashOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 10);

async function bundles() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => path.join(source, name)).filter((file) => existsSync(file)),
    outdir: target,
    entryNames: "[name].[hash]",
    assetNames: "[name].[hash]",
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox128", "safari17.5"],
    loader: { ".woff2": "file", ".woff": "file", ".svg": "file", ".png": "file" },
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const manifest = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    const [only] = Object.keys(output.inputs);
    if (output.entryPoint) manifest[path.basename(output.entryPoint)] = path.basename(file);
    else if (file.endsWith(".woff2")) manifest[path.basename(only)] = path.basename(file);
  }
  const files = result.outputFiles.map((file) => [path.basename(file.path), Buffer.from(file.contents)]);
  return { manifest, files, inputs: Object.keys(result.metafile.inputs) };
}

async function iconSprite() {
  if (!existsSync(SPRITE)) return null;
  const { sprite } = await import(pathToFileURL(SPRITE).href);
  const text = Buffer.from(await sprite());
  return [`icons.${hashOf(text)}.svg`, text];
}

function packageOf(input) {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  return match && match[1];
}

async function licenseOf(name) {
  const folder = path.join(root, "node_modules", name);
  const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(path.join(folder, file), "utf8") : `License: ${about.license}`;
  return `${name} ${about.version}\n${"=".repeat(72)}\n${text.trim()}\n`;
}

async function licenses(inputs) {
  const declared = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")).dependencies;
  const names = new Set([...Object.keys(declared), ...inputs.map(packageOf).filter(Boolean)]);
  const texts = await Promise.all([...names].sort().map(licenseOf));
  texts.push(`Inter\n${"=".repeat(72)}\n${await readFile(path.join(source, "fonts", "LICENSE.txt"), "utf8")}`);
  return Buffer.from(`Szansa contains the work of others:\n\n${texts.join("\n\n")}`);
}

function compressed(name, content) {
  if (!COMPRESSED.has(path.extname(name))) return [];
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return [
    [`${name}.br`, brotliCompressSync(content, options)],
    [`${name}.gz`, gzipSync(content, { level: 9 })],
  ];
}

async function store(files, manifest) {
  await mkdir(target, { recursive: true });
  const all = files.flatMap(([name, content]) => [[name, content], ...compressed(name, content)]);
  await Promise.all(all.map(([name, content]) => writeFile(path.join(target, name), content)));
  const draft = path.join(target, ".manifest.json");
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(draft, path.join(target, "manifest.json"));
  const wanted = new Set(["manifest.json", ...all.map(([name]) => name)]);
  const old = (await readdir(target)).filter((name) => !wanted.has(name));
  await Promise.all(old.map((name) => rm(path.join(target, name), { recursive: true })));
}

const { manifest, files, inputs } = await bundles();
const icons = await iconSprite();
if (icons) {
  files.push(icons);
  manifest["icons.svg"] = icons[0];
}
files.push(["third-party-licenses.txt", await licenses(inputs)]);
await store(files, manifest);
console.log(`Built ${files.length} files for the browser.`);
