import { Component, inject } from '@angular/core';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';

import type { LoadBalancerView } from '../core/api/types';
import { ChangeDialog } from './change-dialog';
import { ChangeFlow } from './change-flow';

export interface DeregisterData {
  readonly balancer: LoadBalancerView;
  readonly ids: readonly string[];
  readonly done: () => void;
}

@Component({
  selector: 'app-deregister-dialog',
  imports: [ChangeDialog],
  template: `
    <app-change-dialog
      [heading]="'Deregister ' + what + ' from ' + data.balancer.LoadBalancerName + '?'"
      [flow]="flow"
      [success]="what + (data.ids.length === 1 ? ' is' : ' are') + ' deregistered'"
      applyLabel="Deregister"
      [danger]="true"
      (preview)="preview()"
      (applied)="data.done()"
    >
      <p>They get no new connections; those that are open may finish.</p>
      @if (data.ids.length > 1) {
        <p class="mono">{{ data.ids.slice(0, 50).join(', ') }}{{ data.ids.length > 50 ? ' …' : '' }}</p>
      }
    </app-change-dialog>
  `,
})
export class DeregisterDialog {
  protected readonly data = inject<DeregisterData>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  protected readonly what =
    this.data.ids.length === 1 ? this.data.ids[0]! : `${this.data.ids.length} instances`;

  constructor() {
    void this.preview(); // there is nothing to enter
  }

  protected preview(): Promise<void> {
    const { LoadBalancerName } = this.data.balancer;
    const Instances = this.data.ids.map((InstanceId) => ({ InstanceId }));
    return this.flow.preview({
      verb: 'DeregisterInstancesFromLoadBalancer',
      request: { LoadBalancerName, Instances },
    });
  }
}
