import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { isLive, linkState, openPage, openSignedIn, shows, signIn } from './support/browser.mjs';
import { Stage, closed } from './support/stage.mjs';

let stage;
let node;
let browser;

before(async () => {
  stage = await Stage.set();
  ({ node, browser } = stage);
  await node.create('web', 8000, 8080);
});

after(() => stage.strike());

test('a key opens the page that was asked for', async () => {
  const page = await openPage(browser);
  await page.goto(`${node.url}/dashboard/load-balancers/web`);
  await page.getByRole('heading', { name: 'Sign in to this node' }).waitFor();
  await signIn(page, node.key);
  await page.getByRole('heading', { name: 'web', exact: true }).waitFor();
  await isLive(page);
  await closed(page);
});

test('the fields are such that password managers fill them', async () => {
  const page = await openPage(browser);
  await page.goto(`${node.url}/dashboard/`);
  const id = page.getByLabel('Access key id');
  const secret = page.getByLabel('Secret access key');
  await id.waitFor();
  assert.equal(await id.getAttribute('autocomplete'), 'username');
  assert.equal(await secret.getAttribute('autocomplete'), 'current-password');
  assert.equal(await secret.getAttribute('type'), 'password');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'access-key-id');
  await closed(page);
});

test('a wrong secret is told, and nothing typed is lost', async () => {
  const page = await openPage(browser);
  await page.goto(`${node.url}/dashboard/`);
  await signIn(page, { id: node.key.id, secret: 'wrong' });
  await shows(page.getByRole('alert'), 'do not belong together');
  assert.equal(await page.getByLabel('Access key id').inputValue(), node.key.id);
  assert.equal(await page.getByLabel('Secret access key').inputValue(), 'wrong');
  await signIn(page, node.key);
  await isLive(page);
  await closed(page);
});

test('an unknown key is told the same', async () => {
  const page = await openPage(browser);
  await page.goto(`${node.url}/dashboard/`);
  await signIn(page, { id: 'AKIANOBODY', secret: node.key.secret });
  await shows(page.getByRole('alert'), 'do not belong together');
  await closed(page);
});

test('empty fields are told at once', async () => {
  const page = await openPage(browser);
  await page.goto(`${node.url}/dashboard/`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await shows(page.locator('mat-error'), "Enter the key's id.");
  await shows(page.locator('mat-error'), "Enter the key's secret.");
  await closed(page);
});

test('the browser keeps nothing that a script can read', async () => {
  const page = await openSignedIn(browser, node);
  const kept = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  assert.deepEqual(kept, ['', 0, 0]);
  const cookies = await page.context().cookies();
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
    [[true, 'Strict']],
  );
  await closed(page);
});

test('a reload finds the session again', async () => {
  const page = await openSignedIn(browser, node);
  await page.reload();
  await isLive(page);
  await closed(page);
});

test('signing out ends it', async () => {
  const page = await openSignedIn(browser, node);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to this node' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in to this node' }).waitFor();
  assert.equal(await linkState(page).count(), 0);
  await closed(page);
});

test('pages of one browser share the session: whoever signs in or out does so for all of them', async () => {
  const page = await openSignedIn(browser, node);
  const other = await page.context().newPage();
  await other.goto(`${node.url}/dashboard/`);
  await isLive(other);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await other.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  await signIn(page, node.key);
  await isLive(page);
  await isLive(other);
  assert.equal(await other.getByRole('dialog').count(), 0);
  await closed(page);
});

test('who may only look sees why nothing can be changed', async () => {
  await node.stop();
  node.setRole('viewer');
  await node.start();
  const page = await openSignedIn(browser, node);
  const create = page.getByRole('button', { name: 'Create load balancer' });
  assert.equal(await create.getAttribute('aria-disabled'), 'true');
  await create.hover({ force: true });
  await shows(page.locator('mat-tooltip-component'), 'may only look');
  await create.click({ force: true });
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('link', { name: 'web', exact: true }).click();
  for (const name of ['Health check', 'Delete', 'Register instances']) {
    const button = page.getByRole('button', { name });
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true', name);
  }
  await closed(page);
});

test('the node itself refuses who may only look', async () => {
  const page = await openSignedIn(browser, node);
  const status = await page.evaluate(async () => {
    const body = JSON.stringify({ LoadBalancerName: 'web' });
    return (await fetch('/v1/actions/DeleteLoadBalancer', { method: 'POST', body })).status;
  });
  assert.equal(status, 403);
  assert.deepEqual(await node.names(), ['web']);
  await closed(page);
});
