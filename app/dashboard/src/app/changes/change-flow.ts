import { Injector, computed, inject, signal } from '@angular/core';

import { ApiClient } from '../core/api/api-client';
import { Problem, problemOf } from '../core/api/problem';
import type { PlanPreview } from '../core/api/types';
import type { Change } from '../core/api/verbs';

/**
 * One change from being entered to being applied: `edit`, see the plan, apply. A problem leads back to where it can be
 * mended; nothing is ever cleared.
 */
export class ChangeFlow {
  readonly #api: ApiClient;
  readonly #plan = signal<PlanPreview | null>(null);
  readonly #problem = signal<Problem | null>(null);
  readonly #busy = signal(false);
  readonly #changes = signal<readonly Change[]>([]);
  /** How many of the changes the node has carried out. */
  readonly #done = signal(0);

  /** Of the first change that is not carried out yet; null while it is entered. */
  readonly plan = this.#plan.asReadonly();
  readonly problem = this.#problem.asReadonly();
  readonly busy = this.#busy.asReadonly();
  /** Those that will follow the planned one, and could not be planned before it. */
  readonly following = computed(() => this.#changes().slice(this.#done() + 1));

  /** The node has carried out a part and refused what follows; `apply` goes on with that. */
  readonly isHalfDone = computed(() => this.#done() > 0 && this.#problem() !== null);

  constructor(injector: Injector = inject(Injector)) {
    this.#api = injector.get(ApiClient);
  }

  /** Asks the node what the first of these would do. */
  async preview(...changes: readonly Change[]): Promise<void> {
    this.#done.set(0);
    this.#changes.set(changes);
    await this.#attempt(async () => this.#plan.set(await this.#api.plan(this.#next())));
  }

  /** Carries out what was planned. True when all of it is done. */
  async apply(): Promise<boolean> {
    return this.#attempt(async () => {
      while (this.#done() < this.#changes().length) {
        await this.#api.apply(this.#next());
        this.#done.update((count) => count + 1);
      }
    });
  }

  /** Back to entering. */
  edit(): void {
    this.#plan.set(null);
  }

  #next(): Change {
    return this.#changes()[this.#done()]!;
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    if (this.#busy()) {
      return false;
    }
    this.#busy.set(true);
    this.#problem.set(null);
    try {
      await work();
      return true;
    } catch (thrown) {
      this.#problem.set(problemOf(thrown));
      return false;
    } finally {
      this.#busy.set(false);
    }
  }
}
