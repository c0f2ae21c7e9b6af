import { expect, it } from 'vitest';

import { commandLine } from './command-line';

const check = { Target: 'HTTP:80/', Interval: 5, Timeout: 2, UnhealthyThreshold: 2, HealthyThreshold: 2 };

it('is what one would type', () => {
  const line = commandLine({
    verb: 'ConfigureHealthCheck',
    request: { LoadBalancerName: 'web', HealthCheck: check },
  });
  expect(line).toBe(
    'aws elb configure-health-check --load-balancer-name web --health-check ' +
      `'{"Target":"HTTP:80/","Interval":5,"Timeout":2,"UnhealthyThreshold":2,"HealthyThreshold":2}'`,
  );
});

it('lets no text out of its quotes', () => {
  const line = commandLine(
    { verb: 'DeleteLoadBalancer', request: { LoadBalancerName: "a'; rm -rf ~ #" } },
    '',
  );
  expect(line).toBe(`aws elb delete-load-balancer --load-balancer-name 'a'\\''; rm -rf ~ #'`);
});

it('goes to the same node', () => {
  const change = { verb: 'DeleteLoadBalancer' as const, request: { LoadBalancerName: 'web' } };
  expect(commandLine(change, 'aws elb create --endpoint-url http://127.0.0.1:9999 --a b')).toBe(
    'aws elb delete-load-balancer --endpoint-url http://127.0.0.1:9999 --load-balancer-name web',
  );
});
