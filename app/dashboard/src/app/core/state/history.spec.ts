import { expect, it } from 'vitest';

import { HISTORY_LENGTH, mergeRevisions } from './history';

const revision = (Revision: number) => ({ Revision, Changes: [] });

it('puts the newest revision first, and each but once', () => {
  const merged = mergeRevisions([revision(3), revision(2)], [revision(4), revision(3)]);
  expect(merged.map(({ Revision }) => Revision)).toEqual([4, 3, 2]);
});

it('forgets the oldest', () => {
  const many = Array.from({ length: HISTORY_LENGTH }, (_, i) => revision(i));
  const merged = mergeRevisions(many, [revision(HISTORY_LENGTH)]);
  expect([merged.length, merged[0]?.Revision, merged.at(-1)?.Revision]).toEqual([
    HISTORY_LENGTH,
    HISTORY_LENGTH,
    1,
  ]);
});
