import { Component, inject, signal } from '@angular/core';
import { NonNullableFormBuilder } from '@angular/forms';
import { MAT_DIALOG_DATA } from '@angular/material/dialog';

import type { LoadBalancerView } from '../../core/api/types';
import { ChangeDialog } from '../change-dialog';
import { ChangeFlow } from '../change-flow';
import { placeProblem } from '../server-errors';
import { HealthCheckFields } from './health-check-fields';
import { HEALTH_CHECK_RULES, healthCheckOf, makeHealthCheckForm } from './health-check-form';

@Component({
  selector: 'app-health-check-dialog',
  imports: [ChangeDialog, HealthCheckFields],
  template: `
    <app-change-dialog
      [heading]="'Health check of ' + balancer.LoadBalancerName"
      [flow]="flow"
      [success]="'The health check of ' + balancer.LoadBalancerName + ' is changed'"
      [problemIsPlaced]="placed()"
      [form]="form"
      (preview)="preview()"
    >
      <app-health-check-fields [form]="form" />
    </app-change-dialog>
  `,
})
export class HealthCheckDialog {
  protected readonly balancer = inject<LoadBalancerView>(MAT_DIALOG_DATA);
  protected readonly flow = new ChangeFlow();
  protected readonly placed = signal(false);
  protected readonly form = makeHealthCheckForm(inject(NonNullableFormBuilder), this.balancer.HealthCheck);

  protected async preview(): Promise<void> {
    this.placed.set(false);
    if (this.form.invalid) {
      this.form.markAllAsTouched();
      return;
    }
    const { LoadBalancerName } = this.balancer;
    const HealthCheck = healthCheckOf(this.form);
    await this.flow.preview({ verb: 'ConfigureHealthCheck', request: { LoadBalancerName, HealthCheck } });
    this.placed.set(placeProblem(this.form, this.flow.problem(), HEALTH_CHECK_RULES));
  }
}
