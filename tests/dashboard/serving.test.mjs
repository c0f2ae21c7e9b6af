// What the node answers below /dashboard, without a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { API_PORT } from './support/addresses.mjs';
import { Node } from './support/node.mjs';

let node;

before(async () => {
  node = await (await Node.make()).start();
});

after(() => node.close());

/** Raw: nothing is followed, decompressed or tidied up. */
function get(path, headers = {}, host = node.address) {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port: API_PORT, path, headers }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The files that the page names, and those that they name in turn. */
async function files() {
  const found = new Set(['favicon.svg']);
  const waiting = ['', ...found];
  while (waiting.length > 0) {
    const { body } = await get(`/dashboard/${waiting.pop()}`);
    for (const [name] of body
      .toString('latin1')
      .matchAll(/(?:media\/)?[\w-]+-[A-Z0-9]{8}\.(?:js|css|woff2)/g)) {
      if (!found.has(name)) {
        found.add(name);
        waiting.push(name);
      }
    }
  }
  return [...found];
}

test('every file is there, the same compressed and not, and may be kept for ever', async () => {
  const names = await files();
  assert.ok(names.length > 5, names.join(' '));
  for (const name of names) {
    const plain = await get(`/dashboard/${name}`);
    const compressed = await get(`/dashboard/${name}`, { 'Accept-Encoding': 'gzip' });
    assert.equal(plain.status, 200, name);
    assert.equal(plain.headers['x-content-type-options'], 'nosniff');
    const encoded = compressed.headers['content-encoding'] === 'gzip';
    assert.equal(encoded, /js$|css$/.test(name) && plain.body.length > 400 ? true : encoded, name);
    assert.ok(plain.body.equals(encoded ? gunzipSync(compressed.body) : compressed.body), name);
    assert.match(plain.headers['cache-control'], name === 'favicon.svg' ? /no-cache/ : /immutable/);
    const again = await get(`/dashboard/${name}`, { 'If-None-Match': plain.headers.etag });
    assert.deepEqual([again.status, again.body.length], [304, 0], name);
  }
});

test('an address within the dashboard is its page, never kept, with a policy of its own', async () => {
  for (const path of ['/dashboard/', '/dashboard/load-balancers/web', '/dashboard/history?x=1']) {
    const page = await get(path);
    assert.equal(page.status, 200);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(page.headers['cache-control'], 'no-store');
    const nonce = /'nonce-(\w+)'/.exec(page.headers['content-security-policy'])[1];
    assert.match(page.body.toString(), new RegExp(`ngcspnonce="${nonce}"`, 'i'));
    assert.doesNotMatch(page.headers['content-security-policy'], /unsafe|\*|http/);
  }
});

test('the page has no script or style in itself', async () => {
  const text = (await get('/dashboard/')).body.toString();
  assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:/);
});

test('/dashboard leads to /dashboard/', async () => {
  const answer = await get('/dashboard');
  assert.deepEqual([answer.status, answer.headers.location], [308, '/dashboard/']);
});

test('no path leads out of it', async () => {
  for (const path of [
    '/dashboard/../state.db',
    '/dashboard/%2e%2e/first-key.json',
    '/dashboard/..%2ffirst-key.json',
    '/dashboard//etc/hosts.conf',
    '/dashboard/media/../../elastic.toml',
    '/dashboardx/',
  ]) {
    const answer = await get(path);
    assert.ok(answer.status >= 400, `${path}: ${answer.status}`);
  }
});

test('switched off, there is nothing', async () => {
  const other = await Node.make('[dashboard]\nenabled = false\n');
  try {
    await other.start();
    for (const path of ['/dashboard', '/dashboard/', '/dashboard/favicon.svg']) {
      assert.equal((await get(path, {}, other.address)).status, 404);
    }
  } finally {
    await other.close();
  }
});
