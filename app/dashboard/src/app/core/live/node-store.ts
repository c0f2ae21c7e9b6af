import { Injectable, computed, signal } from '@angular/core';

import type { HistoryRevision, LoadBalancerList, NodeStatus, TrafficRate } from '../api/types';
import type { NodeEvent } from '../state/events';
import { sum } from '../state/health';
import { mergeRevisions } from '../state/history';
import { EMPTY_STATE, applyEvents, stateFrom } from '../state/node-state';
import { NO_RATES, headlineOf, withRates } from '../state/rate-history';

/** What is known of the node, as signals. Only `LiveService` writes to it; everything else reads. */
@Injectable({ providedIn: 'root' })
export class NodeStore {
  readonly #state = signal(EMPTY_STATE);
  readonly #status = signal<NodeStatus | null>(null);
  readonly #rates = signal<ReadonlyMap<string, TrafficRate>>(new Map());
  readonly #rateHistory = signal(NO_RATES);
  readonly #revisions = signal<readonly HistoryRevision[]>([]);

  /** By name. */
  readonly balancers = this.#state.asReadonly();
  /** Null until the first snapshot is there. */
  readonly status = this.#status.asReadonly();
  readonly rates = this.#rates.asReadonly();
  readonly rateHistory = this.#rateHistory.asReadonly();
  /** Newest first: those that were asked for and those that came since. */
  readonly revisions = this.#revisions.asReadonly();

  readonly health = computed(() => sum([...this.#state().values()].map(({ health }) => health)));
  readonly totalRate = computed(() =>
    [...this.#rates().values()].reduce((all, rate) => all + headlineOf(rate), 0),
  );

  reset(status: NodeStatus, list: LoadBalancerList): void {
    this.#status.set(status);
    this.#state.set(stateFrom(list.LoadBalancers ?? []));
  }

  clear(): void {
    this.#status.set(null);
    this.#state.set(EMPTY_STATE);
    this.#rates.set(new Map());
    this.#rateHistory.set(NO_RATES);
    this.#revisions.set([]);
  }

  addRevisions(revisions: readonly HistoryRevision[]): void {
    this.#revisions.update((known) => mergeRevisions(known, revisions));
  }

  apply(events: readonly NodeEvent[]): void {
    this.#state.update((state) => applyEvents(state, events));
    for (const event of events) {
      this.#applyOthers(event);
    }
  }

  #applyOthers(event: NodeEvent): void {
    switch (event.name) {
      case 'revision':
        this.addRevisions([event.data]);
        return this.#updateStatus({ Revision: event.data.Revision });
      case 'applied':
        return this.#updateStatus({
          AppliedRevision: event.data.Revision,
          Generation: event.data.Generation,
        });
      case 'rates':
        return this.#measured(event.data.Rates ?? []);
      default:
        return; // about load balancers
    }
  }

  #updateStatus(change: Partial<NodeStatus>): void {
    this.#status.update((status) => status && { ...status, ...change });
  }

  #measured(rates: readonly TrafficRate[]): void {
    this.#rates.set(new Map(rates.map((rate) => [rate.LoadBalancerName, rate])));
    this.#rateHistory.update((history) => withRates(history, rates, Date.now() / 1000));
  }
}
