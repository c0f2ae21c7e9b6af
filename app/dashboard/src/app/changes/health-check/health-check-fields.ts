import { Component, input } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';

import { nodeError } from '../server-errors';
import type { HealthCheckForm } from './health-check-form';
import { isHttp } from './target';

@Component({
  selector: 'app-health-check-fields',
  imports: [MatFormFieldModule, MatInput, MatSelectModule, ReactiveFormsModule],
  templateUrl: './health-check-fields.html',
  styleUrl: '../fields.scss',
})
export class HealthCheckFields {
  readonly form = input.required<HealthCheckForm>();
  protected readonly nodeError = nodeError;
  protected readonly isHttp = isHttp;
  protected readonly protocols = ['HTTP', 'HTTPS', 'TCP', 'SSL'];
  protected readonly numbers = [
    { name: 'interval', label: 'Interval (s)', least: 5, most: 300 },
    { name: 'timeout', label: 'Timeout (s)', least: 2, most: 60 },
    { name: 'healthyThreshold', label: 'In service after', least: 2, most: 10 },
    { name: 'unhealthyThreshold', label: 'Out of service after', least: 2, most: 10 },
  ] as const;
}
