import type { InstanceView } from '../core/api/types';

/** Which instances a table shows: all, or those in one state. */
export type StateFilter = 'all' | 'InService' | 'OutOfService' | 'Unknown';

/** Those in that state whose id, address or description contain every word, in their order. */
export function matchingInstances(
  instances: Iterable<InstanceView>,
  state: StateFilter,
  filter: string,
): InstanceView[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return [...instances].filter((instance) => {
    if (state !== 'all' && instance.State !== state) {
      return false;
    }
    const text = `${instance.InstanceId} ${instance.Address} ${instance.Description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What stands in for a member that the node has nothing for. */
export function plain(text: string | undefined): string {
  return !text || text === 'N/A' ? '' : text;
}
