// Pictures of the pages, light and dark, for people to look at; and what only a look can show a program.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, openDialog, openSignedIn, row, screenshot, shows } from './support/browser.mjs';
import { Stage, closed } from './support/stage.mjs';

let stage;
let node;
let browser;
let traffic;

before(async () => {
  stage = await Stage.set({ backends: 5 });
  ({ node, browser } = stage);
  const [one, two, three, four, five] = stage.backends.map((backend) => backend.address);
  const balancers = [
    ['web', 8000, [one, two, three]],
    ['api', 8001, [four, '127.1.1.1', five]],
    ['billing', 8002, ['127.1.1.2', '127.1.1.3']],
    ['search', 8003, [two, four]],
    ['images', 8004, []],
  ];
  for (const [name, port, instances] of balancers) {
    await node.create(name, port, 8080);
    await node.checkQuickly(name, 'HTTP:8080/health');
    if (instances.length > 0) {
      await node.register(name, ...instances);
    }
  }
  await node.create('postgres', 8005, 8080, 'TCP');
  traffic = setInterval(() => {
    for (const port of [8000, 8000, 8000, 8001, 8003].slice(0, 2 + Math.random() * 4)) {
      fetch(`http://${node.balancerAddress}:${port}/`)
        .then((answer) => answer.text())
        .catch(() => undefined);
    }
  }, 25);
});

after(async () => {
  clearInterval(traffic);
  await stage.strike();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the pages, ${colorScheme}`, async () => {
    const signInPage = await openPage(browser, { colorScheme });
    await signInPage.goto(`${node.url}/dashboard/`);
    await signInPage.getByRole('button', { name: 'Sign in' }).waitFor();
    await screenshot(signInPage, `dashboard-sign-in-${colorScheme}`);
    await signInPage.context().close();

    const page = await openSignedIn(browser, node, '', { colorScheme });
    await shows(row(page, 'web'), '3 of 3 in service');
    await shows(row(page, 'api'), '2 of 3 in service');
    await page
      .locator('.rate .figure')
      .filter({ hasText: /^[1-9]/ })
      .first()
      .waitFor();
    await page.waitForFunction(
      () => document.querySelector('[data-name=web] polyline')?.getAttribute('points').split(' ').length > 8,
    );
    await screenshot(page, `dashboard-${colorScheme}`);

    await openDialog(page, 'Create load balancer');
    await page.getByLabel('Name').fill('shop');
    await page.getByLabel('Port', { exact: true }).fill('8009');
    await screenshot(page, `dashboard-create-${colorScheme}`);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await shows(page.getByRole('dialog'), 'What this will do');
    await screenshot(page, `dashboard-plan-${colorScheme}`);
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('link', { name: 'api', exact: true }).click();
    await shows(row(page, '127.1.1.1'), 'Out of service');
    await page.setViewportSize({ width: 1360, height: 1060 });
    await screenshot(page, `dashboard-detail-${colorScheme}`);
    await openDialog(page, 'Add listener');
    await page.getByLabel('Protocol', { exact: true }).click();
    await page.getByRole('option', { name: 'HTTPS', exact: true }).click();
    await page.getByLabel('Port', { exact: true }).fill('443');
    await screenshot(page, `dashboard-listener-${colorScheme}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'History' }).click();
    await shows(page.locator('tbody tr'), 'Create load balancer');
    await screenshot(page, `dashboard-history-${colorScheme}`);
    await closed(page);
  });
}

test('the theme can be chosen, and stays chosen', async () => {
  const page = await openSignedIn(browser, node, '', { colorScheme: 'light' });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.locator('html.dark').waitFor();
  const dark = await background();
  assert.notEqual(light, dark);
  await page.reload();
  await row(page, 'web').waitFor();
  assert.equal(await background(), dark);
  await page.context().close();
});

test('a narrow window has everything within reach', async () => {
  const page = await openSignedIn(browser, node, '', { viewport: { width: 420, height: 800 } });
  await row(page, 'web').waitFor();
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overhang <= 0, `${overhang} px`);
  await screenshot(page, 'dashboard-narrow');
  await page.context().close();
});
