// embed.mjs FOLDER OUTPUT: writes the files of a built dashboard as a C++ source that implements dashboard_files.h.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const CONTENT_TYPES = {
  '': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

// What the build adds to a name: "main-5FAD3L1Q.js".
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

// For servers that render pages; this one does not.
const LEFT_OUT = ['prerendered-routes.json'];

const BYTES_A_LINE = 64;

/** A C++ string literal over many lines, of digits and what every compiler takes as it is. */
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    lines.push(`    "${[...bytes.subarray(at, at + BYTES_A_LINE)].map(escaped).join('')}"`);
  }
  return lines.length > 0 ? lines.join('\n') : '    ""';
}

function escaped(byte) {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9 .,:;(){}=<>[\]!&|/*+_-]/.test(character)
    ? character
    : `\\${byte.toString(8).padStart(3, '0')}`;
}

function described(folder, path) {
  const body = readFileSync(path);
  const type = CONTENT_TYPES[extname(path)];
  if (!type) {
    throw new Error(`${path}: what is the content type of ${extname(path)}?`);
  }
  const gzip = gzipSync(body, { level: 9 });
  return {
    path: relative(folder, path).split(sep).join('/'),
    type,
    etag: createHash('sha256').update(body).digest('hex').slice(0, 32),
    body,
    gzip: gzip.length < body.length * 0.9 ? gzip : Buffer.alloc(0),
    immutable: HASHED.test(path),
  };
}

function dataOf(file, index) {
  return `constexpr char kBody${index}[] =\n${literal(file.body)};\nconstexpr char kGzip${index}[] =\n${literal(file.gzip)};\n`;
}

function rowOf(file, index) {
  const view = (name, length) => `std::string_view(${name}${index}, ${length})`;
  return `    api::StaticFile{"${file.path}", "${file.type}", "\\"${file.etag}\\"", ${view('kBody', file.body.length)},
                    ${view('kGzip', file.gzip.length)}, ${file.immutable}},`;
}

function source(files) {
  return `// Written by embed.mjs.
#include "dashboard/dashboard_files.h"

#include <array>

namespace balancer::dashboard {

namespace {

${files.map(dataOf).join('\n')}
constexpr std::array kFiles = {
${files.map(rowOf).join('\n')}
};

} // namespace

std::span<const api::StaticFile> files()
{
    return kFiles;
}

bool isBuilt()
{
    return true;
}

} // namespace balancer::dashboard
`;
}

const [folder, output] = process.argv.slice(2);
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !LEFT_OUT.includes(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();
const files = paths.map((path) => described(folder, path));
if (!files.some(({ path }) => path === 'index.html')) {
  throw new Error(`${folder} has no index.html`);
}
writeFileSync(output, source(files));
