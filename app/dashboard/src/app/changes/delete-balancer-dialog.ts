import { Component, inject } from '@angular/core';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';
import { Router } from '@angular/router';

import type { LoadBalancerView } from '../core/api/types';
import { ChangeDialog } from './change-dialog';
import { ChangeFlow } from './change-flow';

@Component({
  selector: 'app-delete-balancer-dialog',
  imports: [ChangeDialog],
  template: `
    <app-change-dialog
      [heading]="'Delete ' + balancer.LoadBalancerName + '?'"
      [flow]="flow"
      [success]="balancer.LoadBalancerName + ' is deleted'"
      applyLabel="Delete"
      [danger]="true"
      (preview)="preview()"
      (applied)="leave()"
    >
      <p>Its listeners close and its DNS name is gone. The instances themselves go on.</p>
    </app-change-dialog>
  `,
})
export class DeleteBalancerDialog {
  protected readonly balancer = inject<LoadBalancerView>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  readonly #router = inject(Router);

  constructor() {
    void this.preview(); // there is nothing to enter
  }

  protected preview(): Promise<void> {
    const { LoadBalancerName } = this.balancer;
    return this.flow.preview({ verb: 'DeleteLoadBalancer', request: { LoadBalancerName } });
  }

  protected leave(): void {
    void this.#router.navigate(['/load-balancers']);
  }
}
