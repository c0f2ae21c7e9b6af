import type { components } from '../../../generated/api';

/** The node's values, by the names its OpenAPI document gives them. */
export type Schemas = components['schemas'];

export type Caller = Schemas['Caller'];
export type HealthCheck = Schemas['HealthCheck'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type HistoryPage = Schemas['HistoryPage'];
export type HistoryRevision = Schemas['HistoryRevision'];
export type InstanceView = Schemas['InstanceView'];
export type Listener = Schemas['Listener'];
export type LoadBalancerDetail = Schemas['LoadBalancerDetail'];
export type LoadBalancerList = Schemas['LoadBalancerList'];
export type NodeStatus = Schemas['NodeStatus'];
export type Protocol = Schemas['Protocol'];
export type PlanPreview = Schemas['PlanPreview'];
export type Session = Schemas['Session'];
export type SignIn = Schemas['SignIn'];
export type TrafficRate = Schemas['TrafficRate'];

/** A load balancer without its instances. */
export type LoadBalancerView = Schemas['LoadBalancerChanged'];
