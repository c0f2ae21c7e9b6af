import {
  Component,
  ElementRef,
  OnDestroy,
  afterNextRender,
  effect,
  inject,
  input,
  untracked,
  viewChild,
} from '@angular/core';
import uPlot from 'uplot';

import { RATE_HISTORY_LENGTH, type RateSeries } from '../core/state/rate-history';
import { ThemeService } from '../core/theme/theme.service';
import { shortNumber } from '../shared/numbers';

const LEGEND_HEIGHT = 34;
const NOTHING: uPlot.AlignedData = [[], [], []];

/** Requests and connections a second over the last two minutes. */
@Component({
  selector: 'app-rate-chart',
  host: { role: 'img', '[attr.aria-label]': 'label()' },
  template: `<div #place class="place"></div>`,
  styleUrl: './rate-chart.scss',
})
export class RateChart implements OnDestroy {
  readonly series = input.required<RateSeries | undefined>();
  readonly label = input('Requests and connections per second over the last two minutes');
  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  readonly #theme = inject(ThemeService);
  #chart: uPlot | null = null;
  #observer: ResizeObserver | null = null;

  constructor() {
    afterNextRender(() => this.#watchSize());
    effect(() => {
      this.#theme.isDark();
      untracked(() => this.#draw());
    });
    effect(() => this.#chart?.setData(dataOf(this.series())));
  }

  ngOnDestroy(): void {
    this.#observer?.disconnect();
    this.#chart?.destroy();
  }

  #watchSize(): void {
    this.#draw();
    this.#observer = new ResizeObserver(() => this.#chart?.setSize(this.#size()));
    this.#observer.observe(this.place().nativeElement);
  }

  /** Afresh, with the colours of the moment. */
  #draw(): void {
    const place = this.place().nativeElement;
    this.#chart?.destroy();
    this.#chart = new uPlot(options(this.#size(), getComputedStyle(place)), dataOf(this.series()), place);
  }

  #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.place().nativeElement;
    return { width: clientWidth, height: clientHeight - LEGEND_HEIGHT };
  }
}

function dataOf(series: RateSeries | undefined): uPlot.AlignedData {
  return series ? [[...series.times], [...series.requests], [...series.connections]] : NOTHING;
}

function options(size: { width: number; height: number }, style: CSSStyleDeclaration): uPlot.Options {
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--app-quiet-text'),
    font: '12px "Inter Variable", system-ui, sans-serif',
    grid: { stroke: colour('--app-line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    cursor: { y: false, points: { size: 6 } },
    legend: { live: true },
    scales: {
      x: { range: (_, __, latest) => [(latest ?? 0) - RATE_HISTORY_LENGTH + 1, latest ?? 0] },
      y: { range: (_, __, highest) => [0, Math.max(5, (highest ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: [5, 10, 15, 30, 60],
        space: 90,
        values: [[1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]],
      },
      { ...axis, size: 48, values: (_, values) => values.map(shortNumber) },
    ],
    series: [
      { value: '{HH}:{mm}:{ss}' },
      {
        label: 'Requests/s',
        stroke: colour('--mat-sys-primary'),
        width: 2,
        fill: colour('--app-chart-fill'),
        points: { show: false },
      },
      { label: 'Connections/s', stroke: colour('--app-warn'), width: 1.5, points: { show: false } },
    ],
  };
}
