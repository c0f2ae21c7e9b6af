import { FormControl, FormGroup, NonNullableFormBuilder, ValidationErrors, Validators } from '@angular/forms';

import type { HealthCheck } from '../../core/api/types';
import type { FieldRule } from '../server-errors';
import { parseTarget, renderTarget } from './target';

export type HealthCheckForm = FormGroup<{
  protocol: FormControl<string>;
  port: FormControl<number>;
  path: FormControl<string>;
  interval: FormControl<number>;
  timeout: FormControl<number>;
  unhealthyThreshold: FormControl<number>;
  healthyThreshold: FormControl<number>;
}>;

/** Which field the node's problems are about. */
export const HEALTH_CHECK_RULES: readonly FieldRule[] = [
  { field: 'interval', member: 'healthCheck.interval' },
  { field: 'timeout', member: 'healthCheck.timeout', words: /timeout/i },
  { field: 'unhealthyThreshold', member: 'healthCheck.unhealthyThreshold' },
  { field: 'healthyThreshold', member: 'healthCheck.healthyThreshold' },
  { field: 'path', words: /Target.*path/ },
  { field: 'port', words: /Target/ },
];

export function makeHealthCheckForm(build: NonNullableFormBuilder, check: HealthCheck): HealthCheckForm {
  const target = parseTarget(check.Target);
  return build.group(
    {
      protocol: target.protocol,
      port: [target.port, whole(1, 65_535)],
      path: [target.path, Validators.pattern(/^\/.*/)],
      interval: [check.Interval, whole(5, 300)],
      timeout: [check.Timeout, whole(2, 60)],
      unhealthyThreshold: [check.UnhealthyThreshold, whole(2, 10)],
      healthyThreshold: [check.HealthyThreshold, whole(2, 10)],
    },
    { validators: timeoutFits },
  );
}

export function healthCheckOf(form: HealthCheckForm): HealthCheck {
  const value = form.getRawValue();
  return {
    Target: renderTarget({ protocol: value.protocol, port: value.port, path: value.path }),
    Interval: value.interval,
    Timeout: value.timeout,
    UnhealthyThreshold: value.unhealthyThreshold,
    HealthyThreshold: value.healthyThreshold,
  };
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number) {
  return Validators.compose([
    Validators.required,
    Validators.min(least),
    Validators.max(most),
    Validators.pattern(/^\d+$/),
  ])!;
}

function timeoutFits(form: { value: { interval?: number; timeout?: number } }): ValidationErrors | null {
  const { interval, timeout } = form.value;
  return interval !== undefined && timeout !== undefined && timeout >= interval
    ? { timeoutTooLong: true }
    : null;
}
