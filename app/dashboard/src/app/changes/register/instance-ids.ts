/** The ids in a text, one a line or between blanks, commas or semicolons; each once, in order. */
export function instanceIds(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}
