// Loopback addresses that belong to one test process, so that every port on them is free: blocks 127.20 to 127.69.
// (Those of tests/system are 127.70 to 127.219.)
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export const API_PORT = 9999;
export const INSTANCE_PORT = 8080;

const FIRST = 20;
const BLOCKS = 50;

let claim;
let block;
let given = 0;

/** One that nobody has been given before. */
export async function address() {
  block ??= await claimBlock();
  given += 1;
  return `127.${block}.${Math.floor(given / 250)}.${1 + (given % 250)}`;
}

async function claimBlock() {
  for (let step = 0; step < BLOCKS; step += 1) {
    const number = FIRST + ((process.pid + step) % BLOCKS);
    if (!isUsed(number) && (await claimed(number))) {
      return number;
    }
  }
  throw new Error('all blocks of loopback addresses are taken');
}

/** An abstract socket's name is held exactly as long as the process lives, however it ends. */
function claimed(number) {
  return new Promise((resolve) => {
    claim = createServer();
    claim.once('error', () => resolve(false));
    claim.listen(`\0elastic-haproxy-dashboard-tests-${number}`, () => resolve(true));
    claim.unref();
  });
}

/** By a program that outlived its test. Addresses there are hexadecimal and little-endian: 127.20.0.1 is 0100147F. */
function isUsed(number) {
  const wanted = `${number.toString(16).toUpperCase().padStart(2, '0')}7F:`;
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return listening.some((fields) => fields[3] === '0A' && fields[1].includes(wanted));
}
