import { describe, expect, it } from 'vitest';

import { Problem, constraintOf, problemFromBody, problemOf } from './problem';

describe('a problem', () => {
  it('has the code and the words of the node', () => {
    const problem = problemFromBody(400, {
      code: 'LoadBalancerNotFound',
      detail: 'There is no ACTIVE Load Balancer',
    });
    expect([problem.code, problem.status, problem.message]).toEqual([
      'LoadBalancerNotFound',
      400,
      'There is no ACTIVE Load Balancer',
    ]);
  });

  it('is told by the status alone when the body is no problem', () => {
    for (const body of [null, 'gateway', [], {}, { code: 7, detail: '' }]) {
      expect(problemFromBody(502, body).message).toBe('The node answered 502.');
    }
  });

  it('is an unreachable node when the request itself failed', () => {
    expect(problemOf(new TypeError('Failed to fetch')).code).toBe('Unreachable');
  });

  it('names the member that broke a constraint', () => {
    const text =
      "1 validation error detected: Value '1' at 'healthCheck.interval' failed to satisfy constraint: " +
      'Member must have value greater than or equal to 5';
    expect(constraintOf(new Problem('ValidationError', 400, text))).toEqual({
      member: 'healthCheck.interval',
      fault: 'Member must have value greater than or equal to 5',
    });
    expect(constraintOf(new Problem('ValidationError', 400, 'Listeners cannot be empty'))).toBeNull();
  });
});
