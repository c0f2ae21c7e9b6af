import { DatePipe } from '@angular/common';
import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';

import { ApiClient } from '../core/api/api-client';
import { Problem, problemOf } from '../core/api/problem';
import { NodeStore } from '../core/live/node-store';
import { EmptyState } from '../shared/empty-state';
import { ProblemNote } from '../shared/problem-note';
import { LookOf, lookOf } from './verb-look';

const SHOWN = 200;

/** What was changed, when and by whom: the latest revisions, with new ones on top as they are saved. */
@Component({
  selector: 'app-history-page',
  imports: [DatePipe, EmptyState, MatButton, MatIcon, ProblemNote, RouterLink],
  templateUrl: './history-page.html',
  styleUrl: './history-page.scss',
})
export class HistoryPage {
  protected readonly store = inject(NodeStore);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly loaded = signal(false);
  readonly #api = inject(ApiClient);

  constructor() {
    void this.load();
  }

  protected lookOf(verb: string): LookOf {
    return lookOf(verb);
  }

  protected isKnown(target: string): boolean {
    return this.store.balancers().has(target);
  }

  protected async load(): Promise<void> {
    this.problem.set(null);
    try {
      const { Revisions } = await this.#api.revisions(SHOWN);
      this.store.addRevisions(Revisions ?? []);
      this.loaded.set(true);
    } catch (thrown) {
      this.problem.set(problemOf(thrown));
    }
  }
}
