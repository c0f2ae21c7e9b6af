import { createServer } from 'node:http';

import { INSTANCE_PORT, address } from './addresses.mjs';

/** A web server on an address of its own; `healthy` is what it answers health checks. */
export class Backend {
  healthy = true;
  #server = createServer((request, response) => {
    response.statusCode = request.url === '/health' && !this.healthy ? 503 : 200;
    response.end('hello');
  });

  static async start() {
    const backend = new Backend();
    backend.address = await address();
    await new Promise((resolve) => backend.#server.listen(INSTANCE_PORT, backend.address, resolve));
    return backend;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
