import { Injectable } from '@angular/core';

import { Problem, problemFromBody } from './problem';
import type { HistoryPage, LoadBalancerList, NodeStatus, PlanPreview, Session, SignIn } from './types';
import type { Change } from './verbs';

const SESSION = '/v1/session';

/** The node's API: the only place that fetches. Every failure is a `Problem`. */
@Injectable({ providedIn: 'root' })
export class ApiClient {
  #refused: () => void = () => undefined;

  /** Calls `listener` when the node refuses a request for want of a session or of rights. */
  onRefusal(listener: () => void): void {
    this.#refused = listener;
  }

  node(): Promise<NodeStatus> {
    return this.#ask('GET', '/v1/node');
  }

  loadBalancers(): Promise<LoadBalancerList> {
    return this.#ask('GET', '/v1/load-balancers');
  }

  revisions(count: number): Promise<HistoryPage> {
    return this.#ask('GET', `/v1/revisions?count=${count}`);
  }

  session(): Promise<Session> {
    return this.#ask('GET', SESSION);
  }

  signIn(key: SignIn): Promise<Session> {
    return this.#ask('POST', SESSION, key);
  }

  async signOut(): Promise<void> {
    await this.#ask('DELETE', SESSION);
  }

  /** What the change would do; nothing is changed. */
  plan(change: Change): Promise<PlanPreview> {
    return this.#ask('POST', `/v1/actions/${change.verb}?dryRun=true`, change.request);
  }

  async apply(change: Change): Promise<void> {
    await this.#ask('POST', `/v1/actions/${change.verb}`, change.request);
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#fetch(method, path, body);
    const text = await answer.text();
    const value = parsed(text);
    if (!answer.ok) {
      if ((answer.status === 401 || answer.status === 403) && path !== SESSION) {
        this.#refused();
      }
      throw problemFromBody(answer.status, value);
    }
    if (value === undefined && text) {
      throw new Problem(
        'Unreadable',
        answer.status,
        'The node answered something this dashboard cannot read.',
      );
    }
    return value as T;
  }

  #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    return fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
