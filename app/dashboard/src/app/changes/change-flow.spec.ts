import { Injector } from '@angular/core';
import { expect, it } from 'vitest';

import { ApiClient } from '../core/api/api-client';
import { Problem } from '../core/api/problem';
import type { Change } from '../core/api/verbs';
import { ChangeFlow } from './change-flow';

const create = { verb: 'CreateLoadBalancer' } as Change;
const check = { verb: 'ConfigureHealthCheck' } as Change;

class FakeApi {
  readonly asked: string[] = [];
  refused: string | null = null;

  plan = ({ verb }: Change) => this.#answer(`plan ${verb}`, { Kind: 'Reload' });
  apply = ({ verb }: Change) => this.#answer(verb, undefined);

  #answer<T>(what: string, value: T): Promise<T> {
    this.asked.push(what);
    return what === this.refused
      ? Promise.reject(new Problem('ValidationError', 400, 'no'))
      : Promise.resolve(value);
  }
}

function start(): { api: FakeApi; flow: ChangeFlow } {
  const api = new FakeApi();
  const injector = Injector.create({ providers: [{ provide: ApiClient, useValue: api }] });
  return { api, flow: new ChangeFlow(injector) };
}

it('plans the first change, and applies all of them', async () => {
  const { api, flow } = start();
  await flow.preview(create, check);
  expect([flow.plan()?.Kind, flow.following()]).toEqual(['Reload', [check]]);
  expect(await flow.apply()).toBe(true);
  expect(api.asked).toEqual(['plan CreateLoadBalancer', 'CreateLoadBalancer', 'ConfigureHealthCheck']);
});

it('shows no plan for what is refused', async () => {
  const { api, flow } = start();
  api.refused = 'plan CreateLoadBalancer';
  await flow.preview(create);
  expect([flow.plan(), flow.problem()?.message, flow.busy()]).toEqual([null, 'no', false]);
});

it('repeats nothing that is done', async () => {
  const { api, flow } = start();
  await flow.preview(create, check);
  api.refused = 'ConfigureHealthCheck';
  expect([await flow.apply(), flow.isHalfDone()]).toEqual([false, true]);
  api.refused = null;
  expect([await flow.apply(), flow.isHalfDone()]).toEqual([true, false]);
  expect(api.asked.slice(1)).toEqual(['CreateLoadBalancer', 'ConfigureHealthCheck', 'ConfigureHealthCheck']);
});

it('does one thing at a time', async () => {
  const { api, flow } = start();
  await flow.preview(create);
  expect(await Promise.all([flow.apply(), flow.apply()])).toEqual([true, false]);
  expect(api.asked).toEqual(['plan CreateLoadBalancer', 'CreateLoadBalancer']);
});
