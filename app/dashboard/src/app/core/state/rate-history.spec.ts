import { expect, it } from 'vitest';

import type { TrafficRate } from '../api/types';
import { NO_RATES, RATE_HISTORY_LENGTH, headlineOf, withRates } from './rate-history';

function rate(name: string, requests: number, connections = 0): TrafficRate {
  return {
    LoadBalancerName: name,
    RequestsPerSecond: requests,
    ConnectionsPerSecond: connections,
    BytesInPerSecond: 0,
    BytesOutPerSecond: 0,
    Sessions: 0,
  };
}

it('keeps the latest measurements of each load balancer', () => {
  let history = NO_RATES;
  for (let second = 0; second <= RATE_HISTORY_LENGTH; second += 1) {
    history = withRates(history, [rate('web', second)], second);
  }
  const series = history.get('web');
  expect([series?.times.length, series?.times[0], series?.requests.at(-1)]).toEqual([
    RATE_HISTORY_LENGTH,
    1,
    RATE_HISTORY_LENGTH,
  ]);
});

it('forgets a load balancer that is no longer measured', () => {
  const history = withRates(withRates(NO_RATES, [rate('web', 1)], 1), [rate('api', 1)], 2);
  expect([...history.keys()]).toEqual(['api']);
});

it('shows connections where there are no requests', () => {
  expect([headlineOf(rate('web', 5, 2)), headlineOf(rate('tcp', 0, 2)), headlineOf(undefined)]).toEqual([
    5, 2, 0,
  ]);
});
