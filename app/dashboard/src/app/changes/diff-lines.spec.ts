import { expect, it } from 'vitest';

import { diffLines } from './diff-lines';

it('tells what comes, goes, stays and is left out', () => {
  const lines = diffLines(['  backend b', '- server s1', '+ server s2', '@@', '']);
  expect(lines.map(({ kind }) => kind)).toEqual(['near', 'removed', 'added', 'gap', 'near']);
  expect(lines[2]).toEqual({ kind: 'added', spoken: 'added: ', text: '+ server s2' });
});
