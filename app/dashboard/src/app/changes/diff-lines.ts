export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'near' | 'gap';
  /** What a screen reader says first; the sign itself may be left out by it. */
  readonly spoken: string;
  readonly text: string;
}

/** The lines of a plan's diff: "+ …" comes, "- …" goes, "  …" stands near, "@@" stands for what is left out. */
export function diffLines(lines: readonly string[]): DiffLine[] {
  return lines.map((text) => {
    if (text.startsWith('+')) {
      return { kind: 'added', spoken: 'added: ', text };
    }
    if (text.startsWith('-')) {
      return { kind: 'removed', spoken: 'removed: ', text };
    }
    return text.startsWith('@@')
      ? { kind: 'gap', spoken: '', text: '⋯' }
      : { kind: 'near', spoken: '', text };
  });
}
