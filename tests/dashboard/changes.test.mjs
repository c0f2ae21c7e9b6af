import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import {
  isGone,
  isLive,
  openDialog,
  openSignedIn,
  row,
  shows,
  takesFocus,
} from './support/browser.mjs';
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

beforeEach(async () => {
  await page.goto(`${node.url}/dashboard/`);
  await isLive(page);
});

after(() => stage.strike());

const dialog = () => page.getByRole('dialog');
const press = (name) => dialog().getByRole('button', { name, exact: true }).click();

/** What the plan says one would type. */
const commandLine = () => dialog().locator('app-plan-view .line code').innerText();

async function revision() {
  return (await node.read('/v1/node')).Revision;
}

test('create: the plan first, then the load balancer', async () => {
  await openDialog(page, 'Create load balancer');
  await dialog().getByLabel('Name').fill('web');
  await dialog().getByLabel('Port', { exact: true }).fill('8000');
  await dialog().getByLabel('Instance port', { exact: true }).fill('8080');
  await dialog().getByText('Set it now').click();
  await dialog().getByLabel('Ping path').fill('/health');
  await dialog().getByLabel('Interval (s)').fill('5');
  await dialog().getByLabel('Timeout (s)').fill('2');
  const before = await revision();
  await press('Show the plan');
  await shows(dialog(), 'With a reload');
  await shows(dialog().locator('.diff .added'), 'web');
  await shows(
    dialog().locator('app-following-changes'),
    `aws elb configure-health-check --endpoint-url ${node.url} `,
  );
  assert.match(await commandLine(), /^aws elb create-load-balancer .*--load-balancer-name web /);
  assert.equal(await revision(), before, 'the plan changed nothing');
  await press('Create');
  await page.getByRole('heading', { name: 'web', exact: true }).waitFor();
  await shows(page.getByRole('region', { name: 'Health check' }), 'HTTP:8080/health');
  await shows(page.getByRole('region', { name: 'Listeners' }), 'HTTP 8000');
});

test('create: a name that is taken is told at the name, and nothing typed is lost', async () => {
  await openDialog(page, 'Create load balancer');
  await dialog().getByLabel('Name').fill('web');
  await dialog().getByLabel('Port', { exact: true }).fill('8005');
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), 'web');
  assert.equal(await dialog().getByLabel('Port', { exact: true }).inputValue(), '8005');
  await dialog().getByLabel('Name').fill('other');
  await press('Show the plan');
  await shows(dialog(), 'What this will do');
  await press('Back');
  assert.equal(await dialog().getByLabel('Name').inputValue(), 'other');
  await press('Cancel');
  assert.deepEqual(await node.names(), ['web']);
});

test('create: what cannot be is told at its field before the node is asked', async () => {
  await openDialog(page, 'Create load balancer');
  await dialog().getByLabel('Name').fill('-web');
  await dialog().getByLabel('Port', { exact: true }).fill('70000');
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), 'no hyphen at either end');
  await shows(dialog().locator('mat-error'), '1 to 65535');
  await press('Add a listener');
  await press('Cancel');
});

test('Escape closes a form, but not one in which something was typed', async () => {
  await openDialog(page, 'Create load balancer');
  await dialog().waitFor();
  await page.keyboard.press('Escape');
  await isGone(dialog());
  await openDialog(page, 'Create load balancer');
  await dialog().getByLabel('Name').fill('kept');
  await page.keyboard.press('Escape');
  assert.equal(await dialog().getByLabel('Name').inputValue(), 'kept');
  await press('Cancel');
});

test('register: the plan first, then the instance comes into service', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Register instances');
  await dialog()
    .getByRole('textbox', { name: 'Instances' })
    .fill(`${backend.address}, ${backend.address}:8081`);
  await shows(dialog(), '2 instances');
  await press('Show the plan');
  await shows(dialog().locator('.commands'), backend.address);
  assert.match(await commandLine(), /register-instances-with-load-balancer .*--instances /);
  assert.equal(await row(page, backend.address).count(), 0);
  await press('Register');
  await shows(row(page, backend.address), 'In service');
  await shows(row(page, `${backend.address}:8081`), 'Out of service');
});

test('register: an id that nothing resolves is told at the field', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Register instances');
  await dialog().getByRole('textbox', { name: 'Instances' }).fill('i-nobody_knows');
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), 'i-nobody_knows');
  assert.equal(await dialog().getByRole('textbox', { name: 'Instances' }).inputValue(), 'i-nobody_knows');
  await press('Cancel');
});

test('deregister: chosen instances, after the plan', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await page.getByRole('checkbox', { name: `Choose ${backend.address}:8081` }).check();
  await page.getByRole('button', { name: 'Deregister 1', exact: true }).click();
  await shows(dialog(), 'What this will do');
  assert.match(await commandLine(), /deregister-instances-from-load-balancer /);
  await press('Deregister');
  await isGone(row(page, `${backend.address}:8081`));
  await shows(row(page, backend.address), 'In service');
});

test('health check: an impossible one is told, a possible one planned and set', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Health check');
  await dialog().getByLabel('Timeout (s)').fill('9');
  await shows(dialog().getByRole('alert'), 'shorter than the interval');
  await dialog().getByLabel('Interval (s)').fill('10');
  await press('Show the plan');
  assert.match(await commandLine(), /configure-health-check .*Interval=10/);
  await press('Apply');
  await shows(page.getByRole('region', { name: 'Health check' }), '10 s, 9 s');
});

test('listeners: one more, with its plan first, and gone again', async () => {
  const listeners = page.getByRole('region', { name: 'Listeners' });
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Add listener');
  await dialog().getByLabel('Port', { exact: true }).fill('8001');
  await dialog().getByLabel('Instance port', { exact: true }).fill('8080');
  await press('Show the plan');
  await shows(dialog(), 'With a reload');
  assert.match(await commandLine(), /^aws elb create-load-balancer-listeners .*LoadBalancerPort=8001/);
  await press('Add');
  await shows(listeners, 'HTTP 8001');

  await page.getByRole('button', { name: 'Remove listener HTTP 8001', exact: true }).click();
  await shows(dialog(), 'What this will do');
  assert.match(await commandLine(), /^aws elb delete-load-balancer-listeners .*--load-balancer-ports 8001/);
  await press('Remove');
  await isGone(listeners.getByRole('row', { name: 'HTTP 8001' }));
  await shows(listeners, 'HTTP 8000');
});

test('listeners: what the node refuses is told at its field, and nothing typed is lost', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Add listener');
  await dialog().getByLabel('Protocol', { exact: true }).click();
  await page.getByRole('option', { name: 'HTTPS', exact: true }).click();
  await dialog().getByLabel('Port', { exact: true }).fill('8000');
  await dialog().getByLabel('Instance port', { exact: true }).fill('8080');
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), 'The ARN of a certificate');
  await dialog().getByLabel('Certificate (ARN)').fill('arn:aws:iam::000000000000:server-certificate/nobodys');
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), 'nobodys');
  await dialog().getByLabel('Protocol', { exact: true }).click();
  await page.getByRole('option', { name: 'TCP', exact: true }).click();
  await press('Show the plan');
  await shows(dialog().locator('mat-error'), '8000');
  assert.equal(await dialog().getByLabel('Instance port', { exact: true }).inputValue(), '8080');
  await press('Cancel');
});

test('a node that does not answer costs nothing that was typed', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Register instances');
  await dialog().getByRole('textbox', { name: 'Instances' }).fill('10.9.8.7');
  await page.route('**/v1/actions/**', (route) => route.abort());
  await press('Show the plan');
  await shows(dialog().getByRole('alert'), 'does not answer');
  assert.equal(await dialog().getByRole('textbox', { name: 'Instances' }).inputValue(), '10.9.8.7');
  await page.unroute('**/v1/actions/**');
  await press('Show the plan');
  await shows(dialog(), 'What this will do');
  await press('Cancel');
});

test('copying takes the DNS name', async () => {
  await page.context().grantPermissions(['clipboard-read']);
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await page.getByRole('button', { name: 'Copy the DNS name' }).click();
  await shows(page.locator('.cdk-live-announcer-element'), 'Copied');
  await page.getByRole('searchbox', { name: 'Filter instances' }).focus();
  await page.keyboard.press('Control+V');
  assert.match(
    await page.getByRole('searchbox', { name: 'Filter instances' }).inputValue(),
    /^web-\d+\.local\.elb\.internal$/,
  );
});

test('all of it by keyboard', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Register instances' }).focus();
  await page.keyboard.press('Enter');
  await takesFocus(dialog());
  await page.keyboard.type('127.1.1.1');
  await dialog().getByRole('button', { name: 'Show the plan' }).focus();
  await page.keyboard.press('Enter');
  await shows(dialog(), 'What this will do');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'What this will do');
  await dialog().getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await isGone(dialog());
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Register instances/);
});

test('delete: the plan first, then it is gone', async () => {
  await page.getByRole('link', { name: 'web', exact: true }).click();
  await openDialog(page, 'Delete');
  await shows(dialog().locator('.diff .removed'), 'web');
  assert.match(await commandLine(), /^aws elb delete-load-balancer .*--load-balancer-name web$/);
  assert.deepEqual(await node.names(), ['web']);
  await press('Delete');
  await page.getByRole('heading', { name: 'No load balancers yet' }).waitFor();
  assert.deepEqual(await node.names(), []);
});

test('nobody complained', () => {
  assert.deepEqual(page.complaints, []);
});
