import { Component, computed, inject } from '@angular/core';

import { NodeStore } from '../core/live/node-store';
import { levelOf, total } from '../core/state/health';
import { shortNumber } from '../shared/numbers';

/** The node in four figures. */
@Component({
  selector: 'app-summary-cards',
  template: `
    @for (card of cards(); track card.label) {
      <div class="card" [class]="card.look">
        <div class="label">{{ card.label }}</div>
        <div class="figure number">{{ card.figure }}</div>
        <div class="more soft">{{ card.more }}</div>
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
      gap: 16px;
      margin-bottom: 20px;
    }

    .card {
      padding: 16px 20px;
    }

    .label {
      color: var(--mat-sys-on-surface-variant);
      font-size: 13px;
      font-weight: 500;
    }

    .figure {
      margin: 4px 0 2px;
      font-size: 28px;
      font-weight: 650;
      line-height: 36px;
      letter-spacing: -0.02em;
    }

    .more {
      font-size: 12.5px;
      line-height: 18px;
    }

    .ok .figure {
      color: var(--app-ok-text);
    }

    .bad .figure {
      color: var(--app-bad-text);
    }
  `,
})
export class SummaryCards {
  readonly #store = inject(NodeStore);

  protected readonly cards = computed(() => {
    const health = this.#store.health();
    const all = total(health);
    const missing = all - health.inService;
    return [
      {
        label: 'Load balancers',
        figure: shortNumber(this.#store.balancers().size),
        more: this.#attention(),
        look: '',
      },
      {
        label: 'Instances in service',
        figure: shortNumber(health.inService),
        more: all === 0 ? 'None registered' : `of ${shortNumber(all)} registered`,
        look: health.inService > 0 && missing === 0 ? 'ok' : '',
      },
      {
        label: 'Not in service',
        figure: shortNumber(missing),
        more:
          health.unknown > 0
            ? `${shortNumber(health.unknown)} of them not known yet`
            : 'Out of service or not known yet',
        look: health.outOfService > 0 ? 'bad' : '',
      },
      {
        label: 'Requests per second',
        figure: shortNumber(this.#store.totalRate()),
        more: 'All load balancers',
        look: '',
      },
    ];
  });

  #attention(): string {
    const levels = [...this.#store.balancers().values()].map(({ health }) => levelOf(health));
    const unwell = levels.filter((level) => level === 'down' || level === 'degraded').length;
    return unwell === 0 ? 'None needs a look' : `${unwell} ${unwell === 1 ? 'needs' : 'need'} a look`;
  }
}
