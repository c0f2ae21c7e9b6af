import { Component, inject, signal } from '@angular/core';
import { NonNullableFormBuilder } from '@angular/forms';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';

import type { LoadBalancerView } from '../../core/api/types';
import { ChangeDialog } from '../change-dialog';
import { ChangeFlow } from '../change-flow';
import { placeProblem } from '../server-errors';
import { ListenerFields } from './listener-fields';
import { LISTENER_RULES, listenerOf, makeListenerForm } from './listener-form';

@Component({
  selector: 'app-add-listener-dialog',
  imports: [ChangeDialog, ListenerFields],
  template: `
    <app-change-dialog
      [heading]="'Add a listener to ' + balancer.LoadBalancerName"
      [flow]="flow"
      success="The listener is added"
      applyLabel="Add"
      [problemIsPlaced]="placed()"
      [form]="form"
      (preview)="preview()"
    >
      <app-listener-fields [form]="form" />
    </app-change-dialog>
  `,
})
export class AddListenerDialog {
  protected readonly balancer = inject<LoadBalancerView>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  protected readonly placed = signal(false);
  protected readonly form = makeListenerForm(inject(NonNullableFormBuilder), 'HTTP', null, null);

  protected async preview(): Promise<void> {
    this.placed.set(false);
    for (const control of Object.values(this.form.controls)) {
      control.updateValueAndValidity(); // what the node said of it before counts no more
    }
    if (this.form.invalid) {
      this.form.markAllAsTouched();
      return;
    }
    const { LoadBalancerName } = this.balancer;
    const Listeners = [listenerOf(this.form)];
    await this.flow.preview({
      verb: 'CreateLoadBalancerListeners',
      request: { LoadBalancerName, Listeners },
    });
    this.placed.set(placeProblem(this.form, this.flow.problem(), LISTENER_RULES));
  }
}
