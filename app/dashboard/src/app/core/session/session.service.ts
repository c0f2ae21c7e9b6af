import { Injectable, computed, inject, signal } from '@angular/core';

import { ApiClient } from '../api/api-client';
import { problemOf } from '../api/problem';
import type { Caller, SignIn } from '../api/types';

/**
 * `expired` differs from `signed-out` in that the page stays as it is, with what was typed, until the same person has
 * signed in again.
 */
export type SessionState = 'checking' | 'signed-in' | 'expired' | 'signed-out';

/** Where pages of one browser, and the window that shows this one in a tab, say that the session is another now. */
const CHANNEL = 'elastic-haproxy-session';

/** Who is signed in. The session itself is a cookie that scripts cannot read; nothing else is kept. */
@Injectable({ providedIn: 'root' })
export class SessionService {
  readonly #api = inject(ApiClient);
  readonly #state = signal<SessionState>('checking');
  readonly #caller = signal<Caller | null>(null);
  readonly #others = new BroadcastChannel(CHANNEL);
  #check: Promise<boolean> | null = null;

  readonly state = this.#state.asReadonly();
  readonly caller = this.#caller.asReadonly();
  /** Viewers only look; the node refuses them the rest. */
  readonly mayChange = computed(() => this.#caller() !== null && this.#caller()?.Role !== 'viewer');

  constructor() {
    this.#api.onRefusal(() => void this.isStillValid());
    this.#others.onmessage = () => void this.#changedElsewhere();
  }

  /** Finds out whether the browser has a session. Rejects when the node cannot be asked. */
  async restore(): Promise<void> {
    try {
      this.#signedIn((await this.#api.session()).Caller);
    } catch (thrown) {
      if (!problemOf(thrown).isSignedOut) {
        throw thrown;
      }
      this.#state.set('signed-out');
    }
  }

  async signIn(key: SignIn): Promise<void> {
    this.#signedIn((await this.#api.signIn(key)).Caller);
    this.#others.postMessage('changed');
  }

  /** Afterwards nobody is signed in here, also when the node could not be told. */
  async signOut(): Promise<void> {
    try {
      await this.#api.signOut();
    } finally {
      this.#caller.set(null);
      this.#state.set('signed-out');
      this.#others.postMessage('changed');
    }
  }

  /** False when the node says that the session is over, which then shows; true also when it could not be asked. */
  isStillValid(): Promise<boolean> {
    this.#check ??= this.#ask().finally(() => (this.#check = null));
    return this.#check;
  }

  async #ask(): Promise<boolean> {
    try {
      this.#caller.set((await this.#api.session()).Caller);
      return true;
    } catch (thrown) {
      if (!problemOf(thrown).isSignedOut) {
        return true;
      }
      if (this.#state() === 'signed-in') {
        this.#state.set('expired');
      }
      return false;
    }
  }

  async #changedElsewhere(): Promise<void> {
    if (this.#state() === 'signed-in') {
      await this.isStillValid();
    } else {
      await this.#takeOver();
    }
  }

  /** Without a session everything stays as it is, what was typed too. */
  async #takeOver(): Promise<void> {
    try {
      this.#signedIn((await this.#api.session()).Caller);
    } catch {
      // Still nobody is signed in here, and the page says so.
    }
  }

  #signedIn(caller: Caller): void {
    this.#caller.set(caller);
    this.#state.set('signed-in');
  }
}
