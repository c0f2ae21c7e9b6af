import { expect, it } from 'vitest';

import type { InstanceView, LoadBalancerDetail, TrafficRate } from '../core/api/types';
import { stateFrom } from '../core/state/node-state';
import { BalancerColumn, matching, ordered } from './balancer-row';

function detail(name: string, port: number, ...states: string[]): LoadBalancerDetail {
  const Instances = states.map((State, i) => ({ InstanceId: `i-${i}`, State }) as InstanceView);
  const Listeners = [{ Protocol: 'HTTP', LoadBalancerPort: port, InstancePort: 80 }];
  return {
    LoadBalancerName: name,
    DNSName: `${name}.elb.internal`,
    Listeners,
    Instances,
  } as LoadBalancerDetail;
}

const balancers = [
  ...stateFrom([
    detail('web10', 80, 'InService'),
    detail('web9', 80, 'OutOfService'),
    detail('api', 8443, 'InService', 'OutOfService'),
    detail('idle', 81),
  ]).values(),
];
const rates = new Map([['api', { RequestsPerSecond: 9 } as TrafficRate]]);

const namesOf = (found: typeof balancers) => found.map(({ view }) => view.LoadBalancerName).join(' ');
const inOrder = (column: BalancerColumn, descending = false) =>
  namesOf(ordered(balancers, { column, descending }, rates));

it('finds by every word, in the name, the DNS name and the listeners', () => {
  expect(namesOf(matching(balancers, ' '))).toBe('web10 web9 api idle');
  expect(namesOf(matching(balancers, 'WEB http:80'))).toBe('web10 web9');
  expect(namesOf(matching(balancers, '8443'))).toBe('api');
  expect(namesOf(matching(balancers, 'web 8443'))).toBe('');
});

it('orders by name as people count', () => {
  expect(inOrder('name')).toBe('api idle web9 web10');
  expect(inOrder('name', true)).toBe('web10 web9 idle api');
});

it('puts what needs a look first', () => {
  expect(inOrder('health')).toBe('web9 api idle web10');
});

it('orders equals by name, in both directions', () => {
  expect(inOrder('instances', true)).toBe('api web9 web10 idle');
  expect(inOrder('rate', true)).toBe('api idle web9 web10');
});
