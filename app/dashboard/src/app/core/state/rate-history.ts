import type { TrafficRate } from '../api/types';

/** Measurements kept for each load balancer: two minutes, at one a second. */
export const RATE_HISTORY_LENGTH = 120;

export interface RateSeries {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly requests: readonly number[];
  readonly connections: readonly number[];
}

const NOTHING: RateSeries = { times: [], requests: [], connections: [] };

/** The latest measurements, by load balancer. A value: `withRates` gives the next one. */
export type RateHistory = ReadonlyMap<string, RateSeries>;

export const NO_RATES: RateHistory = new Map();

/** With these measured at `time`; load balancers that are not among them are forgotten. */
export function withRates(history: RateHistory, rates: readonly TrafficRate[], time: number): RateHistory {
  return new Map(
    rates.map((rate) => {
      const before = history.get(rate.LoadBalancerName) ?? NOTHING;
      return [rate.LoadBalancerName, appended(before, rate, time)];
    }),
  );
}

function appended(series: RateSeries, rate: TrafficRate, time: number): RateSeries {
  return {
    times: pushed(series.times, time),
    requests: pushed(series.requests, rate.RequestsPerSecond),
    connections: pushed(series.connections, rate.ConnectionsPerSecond),
  };
}

function pushed(values: readonly number[], value: number): number[] {
  return [...values.slice(-(RATE_HISTORY_LENGTH - 1)), value];
}

/** Requests where a load balancer speaks HTTP, connections where it does not: what its row shows. */
export function headlineOf(rate: TrafficRate | undefined): number {
  return rate ? rate.RequestsPerSecond || rate.ConnectionsPerSecond : 0;
}
