import { expect, it } from 'vitest';

import type { InstanceView } from '../core/api/types';
import { matchingInstances, plain } from './instance-rows';

const instance = (InstanceId: string, State: string, Description = 'N/A') =>
  ({ InstanceId, State, Description, Address: '10.0.0.1' }) as InstanceView;

const instances = [
  instance('i-1', 'InService'),
  instance('i-2', 'OutOfService', 'Instance has failed at least the UnhealthyThreshold'),
];

const ids = (found: InstanceView[]) => found.map(({ InstanceId }) => InstanceId);

it('finds by state and by every word', () => {
  expect(ids(matchingInstances(instances, 'all', ''))).toEqual(['i-1', 'i-2']);
  expect(ids(matchingInstances(instances, 'OutOfService', ''))).toEqual(['i-2']);
  expect(ids(matchingInstances(instances, 'all', '10.0 FAILED'))).toEqual(['i-2']);
  expect(ids(matchingInstances(instances, 'InService', 'failed'))).toEqual([]);
});

it('leaves out what says nothing', () => {
  expect([plain('N/A'), plain(undefined), plain('ELB')]).toEqual(['', '', 'ELB']);
});
