import { Component, computed, input } from '@angular/core';

const WIDTH = 84;
const HEIGHT = 24;
const POINTS = 60;

/** The course of a number, as a line without axes. Decoration: the number itself stands beside it. */
@Component({
  selector: 'app-sparkline',
  host: { 'aria-hidden': 'true' },
  template: `
    <svg [attr.viewBox]="viewBox" [attr.width]="width" [attr.height]="height">
      <polyline [attr.points]="points()" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
    }

    svg {
      display: block;
    }

    polyline {
      fill: none;
      stroke: var(--mat-sys-primary);
      stroke-width: 1.5;
      stroke-linejoin: round;
      stroke-linecap: round;
    }
  `,
})
export class Sparkline {
  readonly values = input.required<readonly number[]>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
  protected readonly points = computed(() => {
    const shown = this.values().slice(-POINTS);
    const highest = Math.max(1, ...shown);
    const step = (WIDTH - 2) / (POINTS - 1);
    const left = WIDTH - 1 - (shown.length - 1) * step;
    return shown
      .map((value, i) => `${left + i * step},${HEIGHT - 2 - (value / highest) * (HEIGHT - 4)}`)
      .join(' ');
  });
}
