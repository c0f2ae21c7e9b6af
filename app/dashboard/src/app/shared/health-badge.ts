import { Component, computed, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';

import { shortNumber } from './numbers';
import { HealthSummary, levelOf, total } from '../core/state/health';

/** The health of a load balancer's instances in one line: a sign, words, and how many of how many. */
@Component({
  selector: 'app-health-badge',
  imports: [MatIcon],
  host: { '[class]': 'level()' },
  template: `
    <mat-icon [svgIcon]="level()" aria-hidden="true" />
    <span>{{ words() }}</span>
  `,
  styleUrl: './badge.scss',
})
export class HealthBadge {
  readonly health = input.required<HealthSummary>();
  protected readonly level = computed(() => levelOf(this.health()));
  protected readonly words = computed(() => {
    const all = total(this.health());
    return all === 0
      ? 'No instances'
      : `${shortNumber(this.health().inService)} of ${shortNumber(all)} in service`;
  });
}
