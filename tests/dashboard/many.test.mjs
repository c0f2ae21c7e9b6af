import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openSignedIn, row, shows } from './support/browser.mjs';
import { Stage, closed } from './support/stage.mjs';

const COUNT = 10_000;
const SHOWN_AT_MOST = 100;
const idOf = (i) => `127.200.${Math.floor(i / 250)}.${1 + (i % 250)}`;

let stage;
let node;
let browser;

before(async () => {
  stage = await Stage.set();
  ({ node, browser } = stage);
  await node.create('big', 8000, 8080);
  const check = { Target: 'TCP:8080', Interval: 300, Timeout: 2, UnhealthyThreshold: 2, HealthyThreshold: 2 };
  await node.act('ConfigureHealthCheck', { LoadBalancerName: 'big', HealthCheck: check });
  await node.register('big', ...Array.from({ length: COUNT }, (_, i) => idOf(i)));
});

after(() => stage.strike());

test('ten thousand instances: only those in view are on the page, at both ends and between', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/big');
  await row(page, idOf(0)).waitFor();
  const shown = () => page.locator('[data-id]').count();
  assert.ok((await shown()) < SHOWN_AT_MOST);
  assert.equal(
    await page.getByRole('table', { name: 'Instances' }).getAttribute('aria-rowcount'),
    String(COUNT + 1),
  );
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await page
    .locator(
      `[data-id^="127.200.${Math.floor(COUNT / 500)}."], [data-id^="127.200.${Math.floor(COUNT / 500) - 1}."]`,
    )
    .first()
    .waitFor();
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await row(page, idOf(COUNT - 1)).waitFor();
  assert.ok((await shown()) < SHOWN_AT_MOST);
  await closed(page);
});

test('a scroll through all of them shows no empty place', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/big');
  await row(page, idOf(0)).waitFor();
  const empty = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    let missing = 0;
    for (let y = 2000; y < document.documentElement.scrollHeight - innerHeight; y += 9700) {
      window.scrollTo(0, y);
      await frame();
      const there = document.elementFromPoint(innerWidth / 2, innerHeight * 0.6);
      missing += there?.closest('[data-id]') ? 0 : 1;
    }
    return missing;
  });
  assert.equal(empty, 0);
  await page.context().close();
});

test('the filter finds one among them', async () => {
  const page = await openSignedIn(browser, node, 'load-balancers/big');
  await page.getByRole('searchbox', { name: 'Filter instances' }).fill(idOf(7_777));
  await row(page, idOf(7_777)).waitFor();
  await shows(page.locator('app-health-badge'), 'of 10,000 in service');
  await page.context().close();
});
