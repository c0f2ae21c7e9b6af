import assert from 'node:assert/strict';

import { Backend } from './backend.mjs';
import { launch } from './browser.mjs';
import { Node } from './node.mjs';

/** A running node, a browser, and `backends` web servers: what a test of the dashboard plays on. */
export class Stage {
  static async set({ backends = 0 } = {}) {
    const stage = new Stage();
    [stage.node, stage.browser, ...stage.backends] = await Promise.all([
      Node.make().then((made) => made.start()),
      launch(),
      ...Array.from({ length: backends }, () => Backend.start()),
    ]);
    return stage;
  }

  async strike() {
    await this.browser.close();
    await this.node.close();
    this.backends.forEach((backend) => backend.close());
  }
}

/** Ends a page on which nothing went wrong. */
export async function closed(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}
