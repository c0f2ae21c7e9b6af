/** Why a request was not answered as wished: the node's own words, or ours when it could not be asked. */
export class Problem extends Error {
  constructor(
    /** ELB's code, such as `LoadBalancerNotFound`; `Unreachable` when there was no answer at all. */
    readonly code: string,
    /** HTTP's; 0 without an answer. */
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Problem';
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

const UNREACHABLE = 'The node does not answer. What you entered is kept; try again in a moment.';

/** What was thrown, as a Problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) {
    return thrown;
  }
  return new Problem('Unreachable', 0, UNREACHABLE);
}

/** The Problem that an answer's body tells of (RFC 9457), or what its status says without one. */
export function problemFromBody(status: number, body: unknown): Problem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof given['code'] === 'string' ? given['code'] : `Status${status}`;
  const detail = given['detail'] ?? given['title'];
  return new Problem(
    code,
    status,
    typeof detail === 'string' && detail ? detail : `The node answered ${status}.`,
  );
}

const CONSTRAINT =
  /^\d+ validation errors? detected: Value .* at '([\w.]+)' failed to satisfy constraint: (.*)$/s;

/** The member that the node finds fault with ("healthCheck.interval"), and the fault in short; or nothing. */
export function constraintOf(problem: Problem): { member: string; fault: string } | null {
  const match = CONSTRAINT.exec(problem.message);
  return match ? { member: match[1] ?? '', fault: match[2] ?? '' } : null;
}
