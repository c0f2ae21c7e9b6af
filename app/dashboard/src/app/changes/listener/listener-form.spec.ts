import '@angular/compiler'; // the forms' library is compiled as the test runs
import { FormBuilder } from '@angular/forms';
import { expect, test } from 'vitest';

import { listenerOf, makeListenerForm } from './listener-form';

const make = () => makeListenerForm(new FormBuilder().nonNullable, 'HTTP', 80, 8080);

test('a plain listener names no certificate, whatever was typed before', () => {
  const form = make();
  form.patchValue({ protocol: 'HTTPS', certificate: 'arn:aws:iam::1:server-certificate/web' });
  form.patchValue({ protocol: 'HTTP' });
  expect(form.valid).toBe(true);
  expect(listenerOf(form)).toEqual({
    Protocol: 'HTTP',
    LoadBalancerPort: 80,
    InstanceProtocol: 'HTTP',
    InstancePort: 8080,
  });
});

test('a secure one needs a certificate', () => {
  const form = make();
  form.patchValue({ protocol: 'SSL' });
  expect(form.valid).toBe(false);
  form.patchValue({ certificate: ' arn:aws:iam::1:server-certificate/web ' });
  expect(form.valid).toBe(true);
  expect(listenerOf(form).SSLCertificateId).toBe('arn:aws:iam::1:server-certificate/web');
});

test('the instances are spoken to on the same layer', () => {
  const form = make();
  form.patchValue({ instanceProtocol: 'HTTPS' });
  form.patchValue({ protocol: 'HTTPS' });
  expect(form.value.instanceProtocol).toBe('HTTPS');
  form.patchValue({ protocol: 'TCP' });
  expect(form.value.instanceProtocol).toBe('TCP');
});
