import { Component, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';

/** What a page shows instead of an empty table; what one can do about it goes inside. */
@Component({
  selector: 'app-empty-state',
  imports: [MatIcon],
  template: `
    <mat-icon [svgIcon]="icon()" aria-hidden="true" />
    <h2>{{ heading() }}</h2>
    @if (text()) {
      <p>{{ text() }}</p>
    }
    <ng-content />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 8px;
      padding: 56px 24px;
      text-align: center;
    }

    mat-icon {
      width: 44px;
      height: 44px;
      margin-bottom: 4px;
      color: var(--app-faint);
    }

    h2 {
      margin: 0;
      font-size: 17px;
      font-weight: 600;
    }

    p {
      max-width: 46ch;
      margin: 0 0 12px;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class EmptyState {
  readonly icon = input.required<string>();
  readonly heading = input.required<string>();
  readonly text = input('');
}
