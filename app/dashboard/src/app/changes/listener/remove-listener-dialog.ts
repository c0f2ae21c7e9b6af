import { Component, inject } from '@angular/core';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';

import type { Listener, LoadBalancerView } from '../../core/api/types';
import { ChangeDialog } from '../change-dialog';
import { ChangeFlow } from '../change-flow';

export interface RemoveListenerData {
  readonly balancer: LoadBalancerView;
  readonly listener: Listener;
}

@Component({
  selector: 'app-remove-listener-dialog',
  imports: [ChangeDialog],
  template: `
    <app-change-dialog
      [heading]="'Remove ' + what + ' from ' + data.balancer.LoadBalancerName + '?'"
      [flow]="flow"
      [success]="what + ' is removed'"
      applyLabel="Remove"
      [danger]="true"
      (preview)="preview()"
    >
      <p>The port takes no new connections; those that are open may finish.</p>
    </app-change-dialog>
  `,
})
export class RemoveListenerDialog {
  protected readonly data = inject<RemoveListenerData>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  protected readonly what = `listener ${this.data.listener.Protocol} ${this.data.listener.LoadBalancerPort}`;

  constructor() {
    void this.preview(); // there is nothing to enter
  }

  protected preview(): Promise<void> {
    const { LoadBalancerName } = this.data.balancer;
    const LoadBalancerPorts = [this.data.listener.LoadBalancerPort];
    return this.flow.preview({
      verb: 'DeleteLoadBalancerListeners',
      request: { LoadBalancerName, LoadBalancerPorts },
    });
  }
}
