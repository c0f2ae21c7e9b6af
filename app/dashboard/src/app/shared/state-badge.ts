import { Component, computed, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';

const LOOKS: Record<string, { icon: string; words: string }> = {
  InService: { icon: 'healthy', words: 'In service' },
  OutOfService: { icon: 'down', words: 'Out of service' },
};

/** The state of one instance. */
@Component({
  selector: 'app-state-badge',
  imports: [MatIcon],
  host: { '[class]': 'look().icon' },
  template: `
    <mat-icon [svgIcon]="look().icon" aria-hidden="true" />
    <span>{{ look().words }}</span>
  `,
  styleUrl: './badge.scss',
})
export class StateBadge {
  readonly state = input.required<string>();
  protected readonly look = computed(() => LOOKS[this.state()] ?? { icon: 'unknown', words: this.state() });
}
