import { Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';

import type { Problem } from '../core/api/problem';

/** A problem in the node's words, where it belongs; read out as soon as it is there. */
@Component({
  selector: 'app-problem-note',
  imports: [MatIcon],
  template: `
    <div role="alert">
      @if (problem(); as problem) {
        <div class="note">
          <mat-icon svgIcon="degraded" aria-hidden="true" />
          <div>
            <p>{{ problem.message }}</p>
            @if (problem.status) {
              <code>{{ problem.code }}</code>
            }
          </div>
        </div>
      }
    </div>
  `,
  styles: `
    .note {
      display: flex;
      gap: 12px;
      padding: 12px 16px;
      border-radius: 10px;
      background: var(--app-bad-fill);
      color: var(--app-bad-text);
    }

    mat-icon {
      flex: none;
    }

    p {
      margin: 0;
      overflow-wrap: anywhere;
    }

    code {
      font-size: 12px;
      opacity: 0.8;
    }
  `,
})
export class ProblemNote {
  readonly problem = input.required<Problem | null>();
}
