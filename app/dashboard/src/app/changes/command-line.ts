import type { Change } from '../core/api/verbs';

/** The `aws` line that does the same. (For what the node has planned it sends its own, which also names its address.) */
export function commandLine({ verb, request }: Change, planned: string): string {
  const options = Object.entries(request).map(
    ([member, value]) => `--${dashed(member)} ${quoted(textOf(value))}`,
  );
  const endpoint = /--endpoint-url \S+/.exec(planned) ?? [];
  return ['aws elb', dashed(verb), ...endpoint, ...options].join(' ');
}

function dashed(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
