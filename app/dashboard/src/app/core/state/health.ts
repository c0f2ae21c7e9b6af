import type { InstanceView } from '../api/types';

export interface HealthSummary {
  readonly inService: number;
  readonly outOfService: number;
  /** Neither yet: nothing is known of their health. */
  readonly unknown: number;
}

export const NO_INSTANCES: HealthSummary = { inService: 0, outOfService: 0, unknown: 0 };

/** One word for a row: what an operator should make of it. */
export type HealthLevel = 'empty' | 'healthy' | 'degraded' | 'down';

export function summarize(instances: Iterable<InstanceView>): HealthSummary {
  const count = { inService: 0, outOfService: 0, unknown: 0 };
  for (const { State } of instances) {
    count[State === 'InService' ? 'inService' : State === 'OutOfService' ? 'outOfService' : 'unknown'] += 1;
  }
  return count;
}

export function total(summary: HealthSummary): number {
  return summary.inService + summary.outOfService + summary.unknown;
}

export function sum(summaries: Iterable<HealthSummary>): HealthSummary {
  let { inService, outOfService, unknown } = NO_INSTANCES;
  for (const one of summaries) {
    inService += one.inService;
    outOfService += one.outOfService;
    unknown += one.unknown;
  }
  return { inService, outOfService, unknown };
}

export function levelOf(summary: HealthSummary): HealthLevel {
  if (total(summary) === 0) {
    return 'empty';
  }
  if (summary.inService === 0) {
    return 'down';
  }
  return summary.inService === total(summary) ? 'healthy' : 'degraded';
}
