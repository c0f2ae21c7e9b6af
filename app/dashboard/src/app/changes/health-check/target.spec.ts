import { expect, it } from 'vitest';

import { parseTarget, renderTarget } from './target';

it('is the same after both ways', () => {
  for (const text of ['HTTP:80/', 'HTTPS:8443/a:b/c?d=1', 'TCP:22', 'SSL:443']) {
    expect(renderTarget(parseTarget(text))).toBe(text);
  }
});

it('keeps a path ready where there is none yet', () => {
  expect(parseTarget('TCP:22').path).toBe('/');
  expect(parseTarget('')).toEqual({ protocol: 'TCP', port: 80, path: '/' });
});
