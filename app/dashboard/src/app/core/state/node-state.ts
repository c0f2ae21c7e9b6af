import type { InstanceView, LoadBalancerDetail, LoadBalancerView } from '../api/types';
import type { NodeEvent } from './events';
import { HealthSummary, NO_INSTANCES, summarize } from './health';

export interface BalancerState {
  readonly view: LoadBalancerView;
  /** By id, in order of registration. */
  readonly instances: ReadonlyMap<string, InstanceView>;
  readonly health: HealthSummary;
}

/** The load balancers of a node, by name. A value: what did not change stays the same object. */
export type NodeState = ReadonlyMap<string, BalancerState>;

export const EMPTY_STATE: NodeState = new Map();

export function stateFrom(details: readonly LoadBalancerDetail[]): NodeState {
  return new Map(details.map((detail) => [detail.LoadBalancerName, balancerFrom(detail)]));
}

function balancerFrom({ Instances, ...view }: LoadBalancerDetail): BalancerState {
  const instances = new Map((Instances ?? []).map((instance) => [instance.InstanceId, instance]));
  return { view, instances, health: summarize(instances.values()) };
}

/** The state after these events. Many at once cost one copy of what they touch, not one each. */
export function applyEvents(state: NodeState, events: readonly NodeEvent[]): NodeState {
  const draft = new Draft(state);
  for (const event of events) {
    draft.apply(event);
  }
  return draft.result();
}

/** A state being changed: copies each map when it is first written to. */
class Draft {
  #balancers: Map<string, BalancerState> | null = null;
  readonly #instances = new Map<string, Map<string, InstanceView>>();

  constructor(private readonly base: NodeState) {}

  apply(event: NodeEvent): void {
    switch (event.name) {
      case 'load-balancer':
        return this.#setView(event.data);
      case 'load-balancer-deleted':
        return this.#remove(event.data.LoadBalancerName);
      case 'instance': {
        const { LoadBalancerName, ...instance } = event.data;
        this.#instancesOf(LoadBalancerName)?.set(instance.InstanceId, instance);
        return;
      }
      case 'instance-deregistered':
        this.#instancesOf(event.data.LoadBalancerName)?.delete(event.data.InstanceId);
        return;
      default:
        return; // tells of something else than load balancers
    }
  }

  result(): NodeState {
    for (const [name, instances] of this.#instances) {
      const balancer = this.#find(name);
      if (balancer) {
        this.#writable().set(name, { ...balancer, instances, health: summarize(instances.values()) });
      }
    }
    return this.#balancers ?? this.base;
  }

  #find(name: string): BalancerState | undefined {
    return (this.#balancers ?? this.base).get(name);
  }

  #writable(): Map<string, BalancerState> {
    return (this.#balancers ??= new Map(this.base));
  }

  #setView(view: LoadBalancerView): void {
    const known = this.#find(view.LoadBalancerName) ?? { instances: new Map(), health: NO_INSTANCES };
    this.#writable().set(view.LoadBalancerName, { ...known, view });
  }

  #remove(name: string): void {
    this.#instances.delete(name);
    if (this.#find(name)) {
      this.#writable().delete(name);
    }
  }

  /** Nothing for a load balancer that is not known: it was deleted, and this event overtook nothing. */
  #instancesOf(name: string): Map<string, InstanceView> | undefined {
    const changed = this.#instances.get(name);
    if (changed) {
      return changed;
    }
    const balancer = this.#find(name);
    if (!balancer) {
      return undefined;
    }
    const copy = new Map(balancer.instances);
    this.#instances.set(name, copy);
    return copy;
  }
}
