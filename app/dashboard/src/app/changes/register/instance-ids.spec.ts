import { expect, it } from 'vitest';

import { instanceIds } from './instance-ids';

it('takes ids as people paste them', () => {
  expect(instanceIds(' 10.0.0.5:8080\n10.0.0.6,  [fd00::5]:80;web1.corp\r\n10.0.0.6 ')).toEqual([
    '10.0.0.5:8080',
    '10.0.0.6',
    '[fd00::5]:80',
    'web1.corp',
  ]);
  expect(instanceIds(' \n')).toEqual([]);
});
