import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, inject, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatSortModule, Sort } from '@angular/material/sort';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';

import { ChangeDialogs } from '../changes/change-dialogs';
import { NodeStore } from '../core/live/node-store';
import { SessionService } from '../core/session/session.service';
import { total } from '../core/state/health';
import type { BalancerState } from '../core/state/node-state';
import { headlineOf } from '../core/state/rate-history';
import { EmptyState } from '../shared/empty-state';
import { HealthBadge } from '../shared/health-badge';
import { shortNumber } from '../shared/numbers';
import { Sparkline } from '../shared/sparkline';
import { BalancerColumn, BalancerOrder, matching, ordered } from './balancer-row';
import { SummaryCards } from './summary-cards';

@Component({
  selector: 'app-load-balancers-page',
  imports: [
    EmptyState,
    HealthBadge,
    MatButton,
    MatIcon,
    MatIconButton,
    MatSortModule,
    MatTooltip,
    RouterLink,
    ScrollingModule,
    Sparkline,
    SummaryCards,
  ],
  templateUrl: './load-balancers-page.html',
  styleUrl: './load-balancers-page.scss',
})
export class LoadBalancersPage {
  protected readonly store = inject(NodeStore);
  protected readonly session = inject(SessionService);
  protected readonly dialogs = inject(ChangeDialogs);
  protected readonly filter = signal('');
  protected readonly order = signal<BalancerOrder>({ column: 'name', descending: false });

  readonly #found = computed(() => matching(this.store.balancers().values(), this.filter()));
  protected readonly rows = computed(() => {
    const order = this.order();
    // Only this order depends on what changes each second.
    return ordered(this.#found(), order, order.column === 'rate' ? this.store.rates() : new Map());
  });

  protected sortBy(sort: Sort): void {
    const column = (sort.active || 'name') as BalancerColumn;
    this.order.set({ column, descending: sort.direction === 'desc' });
  }

  protected nameOf(_: number, balancer: BalancerState): string {
    return balancer.view.LoadBalancerName;
  }

  protected count(balancer: BalancerState): string {
    return shortNumber(total(balancer.health));
  }

  protected rate(balancer: BalancerState): string {
    return shortNumber(headlineOf(this.store.rates().get(balancer.view.LoadBalancerName)));
  }

  protected course(balancer: BalancerState): readonly number[] {
    const series = this.store.rateHistory().get(balancer.view.LoadBalancerName);
    return series ? (series.requests.some((value) => value > 0) ? series.requests : series.connections) : [];
  }
}
