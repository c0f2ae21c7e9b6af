import { expect, it } from 'vitest';

import { byteRate, shortNumber } from './numbers';

it('writes numbers short', () => {
  expect([0, 99_999, 123_456, 3_000_000].map(shortNumber)).toEqual(['0', '99,999', '123.5K', '3M']);
});

it('writes bytes with the unit that fits', () => {
  expect([0, 999, 1_500, 250_000, 2e15].map(byteRate)).toEqual([
    '0 B/s',
    '999 B/s',
    '1.5 kB/s',
    '250 kB/s',
    '2000 TB/s',
  ]);
});
