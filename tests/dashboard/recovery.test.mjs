import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  dialogsHaveOpened,
  isGone,
  isLive,
  linkState,
  openDialog,
  openSignedIn,
  row,
  shows,
  takesFocus,
} from './support/browser.mjs';
import { Stage, closed } from './support/stage.mjs';
import { Network } from './support/proxy.mjs';

let stage;
let node;
let browser;
let network;

before(async () => {
  stage = await Stage.set();
  ({ node, browser } = stage);
  network = await Network.before(node);
  await node.create('web', 8000, 8080);
});

after(async () => {
  network.close();
  await stage.strike();
});

/** As somebody does who just types: the secret is all that is missing. */
async function signInAgain(page) {
  await takesFocus(page.getByRole('dialog', { name: 'Your session has ended' }));
  await dialogsHaveOpened(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'secret-access-key');
  await page.keyboard.type(node.key.secret);
  await page.keyboard.press('Enter');
}

test('a broken connection is shown, comes back by itself and misses nothing', async () => {
  const page = await openSignedIn(browser, node, '', { url: network.url });
  network.cut();
  await shows(linkState(page), 'Reconnecting');
  await node.create('meanwhile', 8001, 8080);
  await node.act('DeleteLoadBalancer', { LoadBalancerName: 'web' });
  assert.equal(await row(page, 'web').count(), 1);
  network.mend();
  await row(page, 'meanwhile').waitFor();
  await isGone(row(page, 'web'));
  await isLive(page);
  await closed(page);
});

test('a killed node is shown; when it is back one signs in and sees the truth, where one was', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/meanwhile');
  await openDialog(page, 'Register instances');
  await page.getByRole('textbox', { name: 'Instances' }).fill('127.1.1.1');
  await node.kill();
  await shows(linkState(page), 'Reconnecting');
  await node.start();
  await node.register('meanwhile', '127.1.1.2');
  await signInAgain(page);
  await isLive(page);
  await row(page, '127.1.1.2').waitFor();
  assert.equal(
    await page.getByRole('textbox', { name: 'Instances' }).inputValue(),
    '127.1.1.1',
    'what was typed is kept',
  );
  assert.equal(new URL(page.url()).pathname, '/dashboard/load-balancers/meanwhile');
  await closed(page);
});

test('a session that has ended is noticed by a dialog that asks at once, and one signs in above it', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/meanwhile');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await signInAgain(page);
  await isGone(page.getByRole('dialog', { name: 'Your session has ended' }));
  await isLive(page);
  assert.equal(await page.getByRole('dialog').count(), 1);
  await page.context().close();
});

test('a session that has ended is noticed by the next change, which can be repeated', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/meanwhile');
  await openDialog(page, 'Delete');
  const dialog = page.getByRole('dialog').first();
  await shows(dialog, 'What this will do');
  await page.context().clearCookies();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await signInAgain(page);
  await isGone(page.getByRole('dialog', { name: 'Your session has ended' }));
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('heading', { name: 'No load balancers yet' }).waitFor();
  await page.context().close();
});

test('a node that is away when the page is loaded is awaited', async () => {
  const page = await openSignedIn(browser, node);
  await page.route('**/v1/session', (route) => route.abort());
  await page.reload();
  await shows(page.getByRole('status'), 'does not answer');
  await page.unroute('**/v1/session');
  await isLive(page);
  await page.context().close();
});
