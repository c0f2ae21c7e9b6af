import {
  FormArray,
  FormControl,
  FormGroup,
  NonNullableFormBuilder,
  ValidationErrors,
  Validators,
} from '@angular/forms';

import type { Change } from '../../core/api/verbs';
import { HealthCheckForm, healthCheckOf, makeHealthCheckForm } from '../health-check/health-check-form';
import { ListenerForm, listenerOf, makeListenerForm } from '../listener/listener-form';
import type { FieldRule } from '../server-errors';

export type CreateForm = FormGroup<{
  name: FormControl<string>;
  internal: FormControl<boolean>;
  listeners: FormArray<ListenerForm>;
  ownCheck: FormControl<boolean>;
  check: HealthCheckForm;
}>;

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;

const DEFAULT_CHECK = {
  Target: 'HTTP:80/',
  Interval: 30,
  Timeout: 5,
  UnhealthyThreshold: 2,
  HealthyThreshold: 10,
};

export const CREATE_RULES: readonly FieldRule[] = [
  { field: 'name', codes: ['DuplicateLoadBalancerName', 'TooManyLoadBalancers'], member: 'loadBalancerName' },
];

export function makeCreateForm(build: NonNullableFormBuilder): CreateForm {
  const check = makeHealthCheckForm(build, DEFAULT_CHECK);
  check.disable(); // until it is asked for
  return build.group({
    name: ['', [Validators.required, Validators.pattern(NAME)]],
    internal: false as boolean,
    listeners: build.array([makeListenerForm(build, 'HTTP', 80, 80)], { validators: portsDiffer }),
    ownCheck: false as boolean,
    check,
  });
}

function portsDiffer(listeners: { value: { port: number | null }[] }): ValidationErrors | null {
  const ports = listeners.value.map(({ port }) => port).filter((port) => port !== null);
  return new Set(ports).size < ports.length ? { samePort: true } : null;
}

/** What the form asks for. A load balancer has to exist before its health check can be changed. */
export function changesOf(form: CreateForm, zone: string): Change[] {
  const { name, internal, ownCheck } = form.getRawValue();
  const create: Change = {
    verb: 'CreateLoadBalancer',
    request: {
      LoadBalancerName: name,
      Listeners: form.controls.listeners.controls.map(listenerOf),
      AvailabilityZones: [zone],
      ...(internal ? { Scheme: 'internal' as const } : {}),
    },
  };
  if (!ownCheck) {
    return [create];
  }
  const request = { LoadBalancerName: name, HealthCheck: healthCheckOf(form.controls.check) };
  return [create, { verb: 'ConfigureHealthCheck', request }];
}
