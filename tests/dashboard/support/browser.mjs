import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Where the dashboard was built: its packages are there.
const { chromium } = loadPlaywright();
const SCREENSHOTS = process.env.SCREENSHOTS;
const USUAL = 30_000;

function loadPlaywright() {
  return createRequire(join(process.env.DASHBOARD_WORKSPACE, 'package.json'))('playwright-core');
}

/** Debian's Chromium. */
export async function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/**
 * A page in a browser profile of its own. `page.complaints` has what the browser complained of: errors on the console
 * and violations of the Content-Security-Policy. Refused and broken requests are no complaints; tests provoke them.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 860 },
    locale: 'en-GB',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(USUAL);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      page.complaints.push(message.text());
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (violation) =>
      console.error(`CSP: ${violation.violatedDirective} ${violation.blockedURI}`),
    );
  });
  return page;
}

export async function signIn(page, { id, secret }) {
  await page.getByLabel('Access key id').fill(id);
  await page.getByLabel('Secret access key').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The page at `path` of the dashboard, signed in, with its first snapshot. */
export async function openSignedIn(browser, node, path = '', options = {}) {
  const page = await openPage(browser, options);
  await page.goto(`${options.url ?? node.url}/dashboard/${path}`);
  await signIn(page, node.key);
  await isLive(page);
  return page;
}

export const linkState = (page) => page.locator('app-link-badge');

export async function isLive(page) {
  await shows(linkState(page), 'Live');
}

/** Waits until the element is there with that text in it. */
export async function shows(locator, text) {
  await locator.filter({ hasText: text }).first().waitFor();
}

export async function isGone(locator) {
  await locator.first().waitFor({ state: 'detached' });
}

/** Presses a button that opens a dialog, and waits until the dialog has taken the focus: what is typed goes there then. */
export async function openDialog(page, button) {
  await page.getByRole('button', { name: button, exact: true }).click();
  await takesFocus(page.getByRole('dialog'));
}

/** Waits until the focus is at something in it. */
export async function takesFocus(dialog) {
  await dialog.locator(':focus').waitFor();
}

/** Waits until no dialog is fading in any more: from then on none moves the focus by itself. */
export async function dialogsHaveOpened(page) {
  await isGone(page.locator('.mdc-dialog--opening'));
  await page.evaluate(
    () => new Promise((rendered) => requestAnimationFrame(() => requestAnimationFrame(rendered))),
  );
}

/** The row of a load balancer, or of an instance on its page. */
export const row = (page, name) => page.locator(`[data-name="${name}"], [data-id="${name}"]`);

export async function screenshot(page, name) {
  if (SCREENSHOTS) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    // As it looks when everything has faded in.
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  }
}
