import { connect, createServer } from 'node:net';

import { API_PORT, address } from './addresses.mjs';

/** Stands between browser and node like a network, and can be cut. */
export class Network {
  #pairs = new Set();
  #isCut = false;

  static async before(node) {
    const network = new Network();
    const own = await address();
    network.url = `http://${own}:${API_PORT}`;
    network.server = createServer((socket) => network.#accept(socket, node.address));
    await new Promise((resolve) => network.server.listen(API_PORT, own, resolve));
    return network;
  }

  /** Ends every connection; new ones end at once until it is mended. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#pairs) {
      socket.destroy();
    }
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.server.close();
  }

  #accept(client, target) {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const server = connect(API_PORT, target);
    this.#join(client, server);
    this.#join(server, client);
  }

  #join(from, to) {
    this.#pairs.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#pairs.delete(from);
      to.destroy();
    });
  }
}
