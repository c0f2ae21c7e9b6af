import type { Schemas } from '../api/types';

/** What the node tells on `/v1/events`, by event name. Each says all of the one thing it changes. */
export interface EventData {
  'load-balancer': Schemas['LoadBalancerChanged'];
  'load-balancer-deleted': Schemas['LoadBalancerDeleted'];
  instance: Schemas['InstanceChanged'];
  'instance-deregistered': Schemas['InstanceDeregistered'];
  revision: Schemas['RevisionSaved'];
  applied: Schemas['RevisionApplied'];
  rates: Schemas['RatesMeasured'];
}

export type EventName = keyof EventData;

export type NodeEvent = { [Name in EventName]: { name: Name; data: EventData[Name] } }[EventName];

export const EVENT_NAMES: readonly EventName[] = [
  'load-balancer',
  'load-balancer-deleted',
  'instance',
  'instance-deregistered',
  'revision',
  'applied',
  'rates',
];
