import type { TrafficRate } from '../core/api/types';
import { levelOf, total } from '../core/state/health';
import type { BalancerState } from '../core/state/node-state';
import { headlineOf } from '../core/state/rate-history';

export type BalancerColumn = 'name' | 'health' | 'instances' | 'rate';

export interface BalancerOrder {
  readonly column: BalancerColumn;
  readonly descending: boolean;
}

const WORST_FIRST = { down: 0, degraded: 1, empty: 2, healthy: 3 } as const;

/** Those whose name, DNS name or listeners contain every word of the filter. */
export function matching(balancers: Iterable<BalancerState>, filter: string): BalancerState[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return [...balancers].filter((balancer) => {
    const text = searchText(balancer);
    return words.every((word) => text.includes(word));
  });
}

function searchText({ view }: BalancerState): string {
  const listeners = view.Listeners?.map((one) => `${one.Protocol}:${one.LoadBalancerPort}`) ?? [];
  return [view.LoadBalancerName, view.DNSName, ...listeners].join(' ').toLowerCase();
}

/** In this order; what is equal in it, by name. */
export function ordered(
  balancers: readonly BalancerState[],
  order: BalancerOrder,
  rates: ReadonlyMap<string, TrafficRate>,
): BalancerState[] {
  const sign = order.descending ? -1 : 1;
  const compare = comparison(order.column, rates);
  return [...balancers].sort((a, b) => sign * compare(a, b) || byName(a, b));
}

type Comparison = (a: BalancerState, b: BalancerState) => number;

function comparison(column: BalancerColumn, rates: ReadonlyMap<string, TrafficRate>): Comparison {
  switch (column) {
    case 'name':
      return byName;
    case 'health':
      return (a, b) => WORST_FIRST[levelOf(a.health)] - WORST_FIRST[levelOf(b.health)];
    case 'instances':
      return (a, b) => total(a.health) - total(b.health);
    case 'rate':
      return (a, b) => rateOf(a, rates) - rateOf(b, rates);
  }
}

const NAMES = new Intl.Collator('en', { numeric: true });

function byName(a: BalancerState, b: BalancerState): number {
  return NAMES.compare(a.view.LoadBalancerName, b.view.LoadBalancerName);
}

function rateOf({ view }: BalancerState, rates: ReadonlyMap<string, TrafficRate>): number {
  return headlineOf(rates.get(view.LoadBalancerName));
}
