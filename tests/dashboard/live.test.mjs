import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Backend } from './support/backend.mjs';
import { isGone, openSignedIn, row, shows } from './support/browser.mjs';
import { Stage } from './support/stage.mjs';

let stage;
let node;
let browser;
let page;
let backend;

before(async () => {
  stage = await Stage.set({ backends: 1 });
  ({ node, browser } = stage);
  [backend] = stage.backends;
  page = await openSignedIn(browser, node);
});

after(() => stage.strike());

test('a node without load balancers says what to do', async () => {
  await page.getByRole('heading', { name: 'No load balancers yet' }).waitFor();
});

test('what the aws CLI changes is there without a reload', async () => {
  await page.evaluate(() => (window.untouched = true));
  node.aws(
    'create-load-balancer',
    '--load-balancer-name',
    'web',
    '--availability-zones',
    'a',
    '--listeners',
    'Protocol=HTTP,LoadBalancerPort=8000,InstancePort=8080',
  );
  await shows(row(page, 'web'), 'No instances');
  await shows(row(page, 'web'), 'HTTP 8000');
  await node.create('api', 8001, 8080);
  await row(page, 'api').waitFor();
  await node.act('DeleteLoadBalancer', { LoadBalancerName: 'api' });
  await isGone(row(page, 'api'));
  assert.equal(await page.evaluate(() => window.untouched), true);
});

test("an instance comes into service, and goes out of it, before one's eyes", async () => {
  await node.checkQuickly('web', 'HTTP:8080/health');
  await node.register('web', backend.address);
  await shows(row(page, 'web'), '1 of 1 in service');
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await shows(row(page, backend.address), 'In service');
  backend.healthy = false;
  await shows(row(page, backend.address), 'Out of service');
  await shows(row(page, backend.address), 'failed');
  await shows(page.locator('.page-head'), '0 of 1 in service');
  backend.healthy = true;
  await shows(row(page, backend.address), 'In service');
});

test('one event changes one row and leaves the others as they are', async () => {
  const other = await Backend.start();
  await node.register('web', other.address);
  await shows(row(page, other.address), 'In service');
  const kept = await row(page, backend.address).elementHandle();
  await kept.evaluate((element) => {
    element.changes = 0;
    new MutationObserver((records) => (element.changes += records.length)).observe(element, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  await node.act('DeregisterInstancesFromLoadBalancer', {
    LoadBalancerName: 'web',
    Instances: [{ InstanceId: other.address }],
  });
  await isGone(row(page, other.address));
  assert.equal(await kept.evaluate((element) => element.isConnected && element.changes), 0);
  other.close();
});

test('traffic shows as a rate', async () => {
  const figure = page.locator('.figures dd').first();
  const ask = setInterval(
    () =>
      fetch(`http://${node.balancerAddress}:8000/`)
        .then((answer) => answer.text())
        .catch(() => 0),
    20,
  );
  await figure.filter({ hasText: /^[1-9]/ }).waitFor();
  clearInterval(ask);
});

test('filter and order', async () => {
  for (const [name, port] of [
    ['shop', 8002],
    ['blog', 8003],
    ['web-internal', 8004],
  ]) {
    await node.create(name, port, 8080);
  }
  await page.getByRole('link', { name: 'Load balancers', exact: true }).click();
  const names = () => page.locator('.row').evaluateAll((rows) => rows.map((one) => one.dataset.name));
  await row(page, 'web-internal').waitFor();
  assert.deepEqual(await names(), ['blog', 'shop', 'web', 'web-internal']);
  await page.getByRole('searchbox', { name: 'Filter load balancers' }).fill('web');
  await isGone(row(page, 'blog'));
  assert.deepEqual(await names(), ['web', 'web-internal']);
  await page.getByRole('searchbox', { name: 'Filter load balancers' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).last().click();
  await row(page, 'blog').waitFor();
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').press('Enter');
  await page.locator('[role=columnheader][aria-sort=descending]').waitFor();
  assert.deepEqual(await names(), ['web-internal', 'web', 'shop', 'blog']);
});

test('the history has each change, with new ones on top', async () => {
  await page.getByRole('link', { name: 'History' }).click();
  await shows(page.locator('tbody tr').first(), 'web-internal');
  await node.act('DeleteLoadBalancer', { LoadBalancerName: 'blog' });
  await shows(page.locator('tbody tr').first(), 'Delete load balancer');
  await shows(page.locator('tbody tr').last(), 'Create load balancer');
});

test('nobody complained', () => {
  assert.deepEqual(page.complaints, []);
});
