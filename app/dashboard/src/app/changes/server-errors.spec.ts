import { expect, it } from 'vitest';

import { Problem } from '../core/api/problem';
import { FieldRule, fieldOf } from './server-errors';

const RULES: FieldRule[] = [
  { field: 'name', codes: ['DuplicateLoadBalancerName'], member: 'loadBalancerName' },
  { field: 'interval', member: 'healthCheck.interval' },
  { field: 'target', words: /Target/ },
];

const fieldFor = (code: string, message: string) => fieldOf(new Problem(code, 400, message), RULES);

it('is found by the code', () => {
  expect(fieldFor('DuplicateLoadBalancerName', 'it exists')).toEqual({ field: 'name', text: 'it exists' });
});

it('is found by the member, and told in short', () => {
  const text =
    "1 validation error detected: Value '1' at 'healthCheck.interval' failed to satisfy constraint: Member must be 5";
  expect(fieldFor('ValidationError', text)).toEqual({ field: 'interval', text: 'Member must be 5' });
});

it('is found by its words', () => {
  expect(fieldFor('ValidationError', 'HealthCheck Target must specify a port number')?.field).toBe('target');
});

it('is nowhere when it is about no field', () => {
  expect(fieldFor('ServiceUnavailable', 'the node is starting')).toBeNull();
});
