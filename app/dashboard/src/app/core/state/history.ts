import type { HistoryRevision } from '../api/types';

export const HISTORY_LENGTH = 500;

/** Both lists as one: newest first, each revision once, not longer than HISTORY_LENGTH. `newer` wins. */
export function mergeRevisions(
  known: readonly HistoryRevision[],
  newer: readonly HistoryRevision[],
): readonly HistoryRevision[] {
  const byNumber = new Map<number, HistoryRevision>();
  for (const revision of [...known, ...newer]) {
    byNumber.set(revision.Revision, revision);
  }
  return [...byNumber.values()].sort((a, b) => b.Revision - a.Revision).slice(0, HISTORY_LENGTH);
}
