import { Component, computed, input } from '@angular/core';
import { MatIcon } from '@angular/material/icon';

import type { PlanPreview } from '../core/api/types';
import { CopyButton } from '../shared/copy-button';
import { diffLines } from './diff-lines';

const KINDS: Record<PlanPreview['Kind'], { icon: string; heading: string; text: string }> = {
  NoChange: {
    icon: 'healthy',
    heading: 'HAProxy stays as it is',
    text: 'It has everything this change needs.',
  },
  RuntimeChange: {
    icon: 'healthy',
    heading: 'Without a reload',
    text: 'A running HAProxy is told by command; no connection notices.',
  },
  Reload: {
    icon: 'degraded',
    heading: 'With a reload',
    text: 'A new generation of HAProxy takes over; no connection is lost.',
  },
};

/** A plan: how it reaches HAProxy and why, what is sent or what of its file differs, and the same as a command line. */
@Component({
  selector: 'app-plan-view',
  imports: [CopyButton, MatIcon],
  templateUrl: './plan-view.html',
  styleUrl: './plan-view.scss',
})
export class PlanView {
  readonly plan = input.required<PlanPreview>();
  protected readonly kind = computed(() => KINDS[this.plan().Kind]);
  protected readonly lines = computed(() => diffLines(this.plan().Diff ?? []));
  protected readonly commands = computed(() => (this.plan().Commands ?? []).join('\n'));
}
