export interface LookOf {
  readonly icon: string;
  /** "Register instances with load balancer". */
  readonly words: string;
}

const ICONS: readonly (readonly [RegExp, string])[] = [
  [/^Delete/, 'delete'],
  [/^Deregister/, 'remove-instances'],
  [/^Register/, 'add-instances'],
  [/^Create/, 'add'],
  [/HealthCheck/, 'health-check'],
];

/** How a verb of the history is shown; also one that this version does not know. */
export function lookOf(verb: string): LookOf {
  const icon = ICONS.find(([pattern]) => pattern.test(verb))?.[1] ?? 'history';
  const words = verb.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return { icon, words: words.charAt(0).toUpperCase() + words.slice(1) };
}
