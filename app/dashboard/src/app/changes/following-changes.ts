import { Component, computed, input } from '@angular/core';

import type { Change } from '../core/api/verbs';
import { CopyButton } from '../shared/copy-button';
import { commandLine } from './command-line';

/** What will follow the planned change. The node cannot plan it yet: it needs what that one makes. */
@Component({
  selector: 'app-following-changes',
  imports: [CopyButton],
  template: `
    @for (line of lines(); track line) {
      <section>
        <h4>Then</h4>
        <div class="line">
          <code>{{ line }}</code>
          <app-copy-button [text]="line" label="Copy the command line that follows" />
        </div>
      </section>
    }
  `,
  styleUrl: './plan-view.scss',
})
export class FollowingChanges {
  readonly changes = input.required<readonly Change[]>();
  /** The line of the planned change. */
  readonly planned = input.required<string>();
  protected readonly lines = computed(() =>
    this.changes().map((change) => commandLine(change, this.planned())),
  );
}
