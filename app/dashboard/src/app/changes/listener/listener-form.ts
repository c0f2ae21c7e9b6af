import { FormControl, FormGroup, NonNullableFormBuilder, Validators } from '@angular/forms';

import type { Listener, Protocol } from '../../core/api/types';
import { whole } from '../health-check/health-check-form';
import type { FieldRule } from '../server-errors';

export type ListenerForm = FormGroup<{
  protocol: FormControl<Protocol>;
  port: FormControl<number | null>;
  instanceProtocol: FormControl<Protocol>;
  instancePort: FormControl<number | null>;
  /** Enabled where the protocol needs one. */
  certificate: FormControl<string>;
}>;

/** ELB keeps both sides of a listener on one layer. The first is what most take. */
export const INSTANCE_PROTOCOLS: Readonly<Record<Protocol, readonly Protocol[]>> = {
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
  TCP: ['TCP', 'SSL'],
  SSL: ['TCP', 'SSL'],
};

export const PROTOCOLS = Object.keys(INSTANCE_PROTOCOLS) as readonly Protocol[];

/** Which field the node's problems are about. */
export const LISTENER_RULES: readonly FieldRule[] = [
  { field: 'port', codes: ['DuplicateListener'] },
  { field: 'certificate', codes: ['CertificateNotFound'] },
];

export function makeListenerForm(
  build: NonNullableFormBuilder,
  protocol: Protocol,
  port: number | null,
  instancePort: number | null,
): ListenerForm {
  const form: ListenerForm = build.group({
    protocol: [protocol],
    port: [port, whole(1, 65_535)],
    instanceProtocol: [INSTANCE_PROTOCOLS[protocol][0]!],
    instancePort: [instancePort, whole(1, 65_535)],
    certificate: ['', Validators.required],
  });
  followProtocol(form);
  form.controls.protocol.valueChanges.subscribe(() => followProtocol(form));
  return form;
}

export function listenerOf(form: ListenerForm): Listener {
  const { protocol, port, instanceProtocol, instancePort, certificate } = form.getRawValue();
  return {
    Protocol: protocol,
    LoadBalancerPort: port ?? 0,
    InstanceProtocol: instanceProtocol,
    InstancePort: instancePort ?? 0,
    ...(isSecure(protocol) ? { SSLCertificateId: certificate.trim() } : {}),
  };
}

export function isSecure(protocol: Protocol): boolean {
  return protocol === 'HTTPS' || protocol === 'SSL';
}

/** The other side follows to the same layer, and the certificate counts where there is one. */
function followProtocol({ controls }: ListenerForm): void {
  const protocol = controls.protocol.value;
  const possible = INSTANCE_PROTOCOLS[protocol];
  if (!possible.includes(controls.instanceProtocol.value)) {
    controls.instanceProtocol.setValue(possible[0]!);
  }
  if (isSecure(protocol)) {
    controls.certificate.enable();
  } else {
    controls.certificate.disable();
  }
}
