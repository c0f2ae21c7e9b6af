import { expect, it } from 'vitest';

import { lookOf } from './verb-look';

it('says verbs in words', () => {
  expect(lookOf('RegisterInstancesWithLoadBalancer')).toEqual({
    icon: 'add-instances',
    words: 'Register instances with load balancer',
  });
  expect(lookOf('RollbackToRevision').icon).toBe('history');
});
