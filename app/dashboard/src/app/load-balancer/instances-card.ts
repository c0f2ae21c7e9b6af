import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatTooltip } from '@angular/material/tooltip';

import { ChangeDialogs } from '../changes/change-dialogs';
import type { InstanceView } from '../core/api/types';
import { SessionService } from '../core/session/session.service';
import { total } from '../core/state/health';
import type { BalancerState } from '../core/state/node-state';
import { EmptyState } from '../shared/empty-state';
import { StateBadge } from '../shared/state-badge';
import { StateFilter, matchingInstances, plain } from './instance-rows';

/** The instances of a load balancer, as many as there are. */
@Component({
  selector: 'app-instances-card',
  imports: [EmptyState, MatButton, MatIcon, MatIconButton, MatTooltip, ScrollingModule, StateBadge],
  templateUrl: './instances-card.html',
  styleUrl: './instances-card.scss',
})
export class InstancesCard {
  readonly balancer = input.required<BalancerState>();
  protected readonly dialogs = inject(ChangeDialogs);
  protected readonly session = inject(SessionService);
  protected readonly plain = plain;
  protected readonly filter = signal('');
  protected readonly state = signal<StateFilter>('all');
  readonly #chosen = signal<ReadonlySet<string>>(new Set());

  protected readonly rows = computed(() =>
    matchingInstances(this.balancer().instances.values(), this.state(), this.filter()),
  );
  /** Those chosen that are still registered. */
  protected readonly chosen = computed(() =>
    [...this.#chosen()].filter((id) => this.balancer().instances.has(id)),
  );
  readonly #chosenIds = computed(() => new Set(this.chosen()));
  protected readonly allChosen = computed(() => {
    const rows = this.rows();
    return rows.length > 0 && rows.every(({ InstanceId }) => this.#chosenIds().has(InstanceId));
  });
  protected readonly states = computed(() => {
    const health = this.balancer().health;
    const all: { value: StateFilter; label: string; count: number }[] = [
      { value: 'all', label: 'All', count: total(health) },
      { value: 'InService', label: 'In service', count: health.inService },
      { value: 'OutOfService', label: 'Out of service', count: health.outOfService },
      { value: 'Unknown', label: 'Unknown', count: health.unknown },
    ];
    return all.filter(({ value, count }) => value !== 'Unknown' || count > 0);
  });

  protected idOf(_: number, instance: InstanceView): string {
    return instance.InstanceId;
  }

  protected isChosen(id: string): boolean {
    return this.#chosenIds().has(id);
  }

  protected choose(id: string, chosen: boolean): void {
    const next = new Set(this.chosen());
    if (chosen) {
      next.add(id);
    } else {
      next.delete(id);
    }
    this.#chosen.set(next);
  }

  protected chooseAll(chosen: boolean): void {
    this.#chosen.set(new Set(chosen ? this.rows().map(({ InstanceId }) => InstanceId) : []));
  }

  protected deregister(ids: readonly string[]): void {
    this.dialogs.deregister(this.balancer().view, ids, () => this.#chosen.set(new Set()));
  }
}
