import { describe, expect, it } from 'vitest';

import type { InstanceView, LoadBalancerDetail } from '../api/types';
import type { NodeEvent } from './events';
import { NodeState, applyEvents, stateFrom } from './node-state';

function instance(id: string, state: InstanceView['State'] = 'InService'): InstanceView {
  return { InstanceId: id, State: state, ReasonCode: 'N/A', Description: 'N/A', Address: id };
}

function detail(name: string, ...instances: InstanceView[]): LoadBalancerDetail {
  return {
    LoadBalancerName: name,
    DNSName: `${name}.internal`,
    Revision: 1,
    Instances: instances,
  } as LoadBalancerDetail;
}

function changed(name: string, one: InstanceView): NodeEvent {
  return { name: 'instance', data: { LoadBalancerName: name, ...one } };
}

const start = stateFrom([detail('web', instance('i-1'), instance('i-2')), detail('api', instance('i-9'))]);

function idsOf(state: NodeState, name: string): string[] {
  return [...(state.get(name)?.instances.keys() ?? [])];
}

describe('a snapshot', () => {
  it('is known by name, with the health of its instances counted', () => {
    const state = stateFrom([
      detail('web', instance('i-1'), instance('i-2', 'OutOfService'), instance('i-3', 'Unknown')),
    ]);
    expect(state.get('web')?.health).toEqual({ inService: 1, outOfService: 1, unknown: 1 });
  });
});

describe('an event', () => {
  it('changes one instance and leaves every other object as it is', () => {
    const next = applyEvents(start, [changed('web', instance('i-2', 'OutOfService'))]);
    expect(next.get('web')?.health).toEqual({ inService: 1, outOfService: 1, unknown: 0 });
    expect(next.get('web')?.instances.get('i-1')).toBe(start.get('web')?.instances.get('i-1'));
    expect(next.get('api')).toBe(start.get('api'));
    expect(start.get('web')?.health.outOfService).toBe(0);
  });

  it('keeps an instance in its place, and puts a new one at the end', () => {
    const next = applyEvents(start, [
      changed('web', instance('i-3')),
      changed('web', instance('i-1', 'OutOfService')),
    ]);
    expect(idsOf(next, 'web')).toEqual(['i-1', 'i-2', 'i-3']);
  });

  it('applied twice does no more than once', () => {
    const events: NodeEvent[] = [
      changed('web', instance('i-3')),
      { name: 'instance-deregistered', data: { LoadBalancerName: 'web', InstanceId: 'i-1' } },
    ];
    expect(applyEvents(applyEvents(start, events), events)).toEqual(applyEvents(start, events));
  });

  it('about a load balancer keeps its instances', () => {
    const { Instances, ...view } = detail('web');
    const next = applyEvents(start, [{ name: 'load-balancer', data: { ...view, Revision: 7 } }]);
    expect(next.get('web')?.view.Revision).toBe(7);
    expect(idsOf(next, 'web')).toEqual(['i-1', 'i-2']);
    expect(Instances).toEqual([]);
  });

  it('about a new load balancer adds it without instances', () => {
    const { Instances: _, ...view } = detail('new');
    const next = applyEvents(start, [{ name: 'load-balancer', data: view }, changed('new', instance('i-1'))]);
    expect(idsOf(next, 'new')).toEqual(['i-1']);
  });

  it('about a load balancer that is gone changes nothing', () => {
    const events: NodeEvent[] = [
      changed('gone', instance('i-1')),
      { name: 'instance-deregistered', data: { LoadBalancerName: 'gone', InstanceId: 'i-1' } },
      { name: 'load-balancer-deleted', data: { LoadBalancerName: 'gone' } },
      { name: 'rates', data: { Rates: [] } },
    ];
    expect(applyEvents(start, events)).toBe(start);
  });

  it('of deletion outlives what came before it', () => {
    const next = applyEvents(start, [
      changed('web', instance('i-3')),
      { name: 'load-balancer-deleted', data: { LoadBalancerName: 'web' } },
    ]);
    expect([...next.keys()]).toEqual(['api']);
  });

  it('recreates what was deleted just before, without what it had', () => {
    const { Instances: _, ...view } = detail('web');
    const next = applyEvents(start, [
      { name: 'load-balancer-deleted', data: { LoadBalancerName: 'web' } },
      { name: 'load-balancer', data: view },
    ]);
    expect(idsOf(next, 'web')).toEqual([]);
  });

  it('comes ten thousand at a time without a copy each', () => {
    const events = Array.from({ length: 10_000 }, (_, i) =>
      changed('web', instance(`10.0.${i >> 8}.${i & 255}`)),
    );
    expect(applyEvents(start, events).get('web')?.health.inService).toBe(10_002);
  });
});
