import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';

import { ApiClient } from '../api/api-client';
import { SessionService } from '../session/session.service';
import type { NodeEvent } from '../state/events';
import { EventFollower } from './event-follower';
import { NodeStore } from './node-store';

export type LinkState = 'connecting' | 'live' | 'reconnecting' | 'signed-out';

const SNAPSHOT_RETRY = 1_500;

/** Keeps the store true: a snapshot, then every event after it, for as long as somebody is signed in. */
@Injectable({ providedIn: 'root' })
export class LiveService {
  readonly #api = inject(ApiClient);
  readonly #session = inject(SessionService);
  readonly #store = inject(NodeStore);
  readonly #connected = signal(false);
  #follower: EventFollower | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the starts, so that the answers to an earlier one are not taken for this one's. */
  #run = 0;

  readonly link = computed<LinkState>(() => {
    if (this.#session.state() !== 'signed-in') {
      return 'signed-out';
    }
    if (this.#connected()) {
      return 'live';
    }
    return this.#store.status() ? 'reconnecting' : 'connecting';
  });

  constructor() {
    effect(() => {
      const state = this.#session.state();
      untracked(() => this.#sessionChanged(state));
    });
  }

  #sessionChanged(state: ReturnType<SessionService['state']>): void {
    this.#stop();
    if (state === 'signed-in') {
      void this.#load();
    } else if (state === 'signed-out') {
      this.#store.clear();
    }
  }

  #stop(): void {
    this.#run += 1;
    this.#follower?.stop();
    this.#follower = null;
    clearTimeout(this.#retryTimer);
    this.#connected.set(false);
  }

  async #load(): Promise<void> {
    const run = this.#run;
    try {
      const [status, list] = await Promise.all([this.#api.node(), this.#api.loadBalancers()]);
      if (run === this.#run) {
        this.#store.reset(status, list);
        this.#follow(list.EventId);
      }
    } catch {
      if (run === this.#run) {
        this.#retryTimer = setTimeout(() => void this.#load(), SNAPSHOT_RETRY);
      }
    }
  }

  #follow(after: string): void {
    const ports = {
      open: (url: string) => new EventSource(url),
      mayRetry: () => this.#session.isStillValid(),
    };
    this.#follower = new EventFollower(ports, this.#listener, after);
    this.#follower.start();
  }

  readonly #listener = {
    events: (batch: readonly NodeEvent[]) => this.#store.apply(batch),
    connected: () => this.#connected.set(true),
    disconnected: () => this.#connected.set(false),
    lost: () => {
      this.#stop();
      void this.#load();
    },
  };
}
