import type { Schemas } from './types';

/** The verbs this dashboard uses, with what each takes. */
export interface Verbs {
  CreateLoadBalancer: Schemas['CreateLoadBalancer'];
  DeleteLoadBalancer: Schemas['DeleteLoadBalancer'];
  CreateLoadBalancerListeners: Schemas['CreateLoadBalancerListeners'];
  DeleteLoadBalancerListeners: Schemas['DeleteLoadBalancerListeners'];
  RegisterInstancesWithLoadBalancer: Schemas['RegisterInstances'];
  DeregisterInstancesFromLoadBalancer: Schemas['DeregisterInstances'];
  ConfigureHealthCheck: Schemas['ConfigureHealthCheck'];
}

export type VerbName = keyof Verbs;

/** A verb and what it is asked for, as one value. */
export type Change = { [Name in VerbName]: { verb: Name; request: Verbs[Name] } }[VerbName];
