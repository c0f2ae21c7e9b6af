import { DatePipe } from '@angular/common';
import { Component, computed, inject, input } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';

import { ChangeDialogs } from '../changes/change-dialogs';
import { NodeStore } from '../core/live/node-store';
import { SessionService } from '../core/session/session.service';
import { CopyButton } from '../shared/copy-button';
import { EmptyState } from '../shared/empty-state';
import { HealthBadge } from '../shared/health-badge';
import { byteRate, shortNumber } from '../shared/numbers';
import { InstancesCard } from './instances-card';
import { RateChart } from './rate-chart';

@Component({
  selector: 'app-load-balancer-page',
  imports: [
    CopyButton,
    DatePipe,
    EmptyState,
    HealthBadge,
    InstancesCard,
    MatButton,
    MatIcon,
    MatIconButton,
    MatTooltip,
    RateChart,
    RouterLink,
  ],
  templateUrl: './load-balancer-page.html',
  styleUrl: './load-balancer-page.scss',
})
export class LoadBalancerPage {
  /** From the address. */
  readonly name = input.required<string>();
  protected readonly dialogs = inject(ChangeDialogs);
  protected readonly session = inject(SessionService);
  readonly #store = inject(NodeStore);

  protected readonly balancer = computed(() => this.#store.balancers().get(this.name()));
  protected readonly series = computed(() => this.#store.rateHistory().get(this.name()));
  protected readonly addresses = computed(() => {
    const addresses = this.balancer()?.view.Addresses ?? [];
    return addresses.map((address) => (address === '*' ? 'every address of the node' : address)).join(', ');
  });
  protected readonly figures = computed(() => {
    const rate = this.#store.rates().get(this.name());
    return [
      { label: 'Requests/s', value: shortNumber(rate?.RequestsPerSecond ?? 0) },
      { label: 'Connections/s', value: shortNumber(rate?.ConnectionsPerSecond ?? 0) },
      { label: 'Open sessions', value: shortNumber(rate?.Sessions ?? 0) },
      { label: 'In', value: byteRate(rate?.BytesInPerSecond ?? 0) },
      { label: 'Out', value: byteRate(rate?.BytesOutPerSecond ?? 0) },
    ];
  });
}
