import { Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NonNullableFormBuilder, ReactiveFormsModule } from '@angular/forms';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';

import type { LoadBalancerView } from '../../core/api/types';
import { ChangeDialog } from '../change-dialog';
import { ChangeFlow } from '../change-flow';
import { FieldRule, nodeError, placeProblem } from '../server-errors';
import { instanceIds } from './instance-ids';

const RULES: readonly FieldRule[] = [
  { field: 'ids', codes: ['InvalidInstance'], member: 'instances', words: /instance/i },
];

@Component({
  selector: 'app-register-dialog',
  imports: [ChangeDialog, MatFormFieldModule, MatInput, ReactiveFormsModule],
  template: `
    <app-change-dialog
      [heading]="'Register instances with ' + balancer.LoadBalancerName"
      [flow]="flow"
      [success]="words() + ' registered'"
      applyLabel="Register"
      [problemIsPlaced]="placed()"
      [form]="form"
      (preview)="preview()"
    >
      <div [formGroup]="form">
        <mat-form-field>
          <mat-label>Instances</mat-label>
          <textarea
            matInput
            formControlName="ids"
            rows="6"
            spellcheck="false"
            class="mono"
            required
          ></textarea>
          <mat-hint>
            Addresses such as 10.0.0.5 or 10.0.0.5:8080, host names, or ids the node knows; one a line.
            {{ found().length ? words() + '.' : '' }}
          </mat-hint>
          <mat-error>{{ nodeError(form.controls.ids) ?? 'Enter at least one instance.' }}</mat-error>
        </mat-form-field>
      </div>
    </app-change-dialog>
  `,
  styles: `
    mat-form-field {
      width: 100%;
    }
  `,
})
export class RegisterDialog {
  protected readonly balancer = inject<LoadBalancerView>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  protected readonly placed = signal(false);
  protected readonly nodeError = nodeError;
  protected readonly form = inject(NonNullableFormBuilder).group({ ids: '' });
  readonly #text = toSignal(this.form.controls.ids.valueChanges, { initialValue: '' });
  protected readonly found = computed(() => instanceIds(this.#text()));
  protected readonly words = computed(() => {
    const count = this.found().length;
    return count === 1 ? '1 instance' : `${count} instances`;
  });

  protected async preview(): Promise<void> {
    const { ids } = this.form.controls;
    ids.updateValueAndValidity();
    this.placed.set(false);
    if (this.found().length === 0) {
      ids.setErrors({ required: true });
      ids.markAsTouched();
      return;
    }
    const Instances = this.found().map((InstanceId) => ({ InstanceId }));
    const { LoadBalancerName } = this.balancer;
    await this.flow.preview({
      verb: 'RegisterInstancesWithLoadBalancer',
      request: { LoadBalancerName, Instances },
    });
    this.placed.set(placeProblem(this.form, this.flow.problem(), RULES));
  }
}
