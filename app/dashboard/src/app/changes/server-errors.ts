import type { AbstractControl, FormGroup } from '@angular/forms';

import { Problem, constraintOf } from '../core/api/problem';

/** Which field of a form a problem is about: by its code, or by the member a constraint names. */
export interface FieldRule {
  readonly field: string;
  readonly codes?: readonly string[];
  /** The beginning of a member's path: "healthCheck.interval". */
  readonly member?: string;
  /** Words that only problems of this field contain. */
  readonly words?: RegExp;
}

/** The field and what to say at it, or null when the problem is about no single field. */
export function fieldOf(
  problem: Problem,
  rules: readonly FieldRule[],
): { field: string; text: string } | null {
  const constraint = constraintOf(problem);
  const rule = rules.find(
    ({ codes, member, words }) =>
      codes?.includes(problem.code) ||
      (member !== undefined && constraint?.member.toLowerCase().startsWith(member.toLowerCase())) ||
      words?.test(problem.message),
  );
  return rule ? { field: rule.field, text: constraint?.fault ?? problem.message } : null;
}

/** Shows the problem at its field until that is edited, and says whether it could. */
export function placeProblem(form: FormGroup, problem: Problem | null, rules: readonly FieldRule[]): boolean {
  const found = problem && fieldOf(problem, rules);
  const control = found && form.get(found.field);
  if (!control) {
    return false;
  }
  control.setErrors({ node: found.text });
  control.markAsTouched();
  return true;
}

/** The node's words about a control, or nothing. */
export function nodeError(control: AbstractControl): string | null {
  const text: unknown = control.getError('node');
  return typeof text === 'string' ? text : null;
}
