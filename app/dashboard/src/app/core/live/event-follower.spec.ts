import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { NodeEvent } from '../state/events';
import { EventFollower, type Source } from './event-follower';

class FakeSource implements Source {
  closed = false;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly url: string) {}

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.closed = true;
  }

  tell(name: string, data: unknown = {}, lastEventId = ''): void {
    this.#listeners.get(name)?.({ data: JSON.stringify(data), lastEventId } as MessageEvent<string>);
  }
}

class Listener {
  readonly heard: string[] = [];

  events(batch: readonly NodeEvent[]): void {
    this.heard.push(`events: ${batch.map(({ name }) => name).join(' ')}`);
  }

  connected(): void {
    this.heard.push('connected');
  }

  disconnected(): void {
    this.heard.push('disconnected');
  }

  lost(): void {
    this.heard.push('lost');
  }
}

let sources: FakeSource[];
let listener: Listener;
let signedIn: boolean;
let follower: EventFollower;

const current = () => sources.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  sources = [];
  signedIn = true;
  listener = new Listener();
  const ports = {
    open: (url: string) => {
      sources.push(new FakeSource(url));
      return current();
    },
    mayRetry: () => Promise.resolve(signedIn),
  };
  follower = new EventFollower(ports, listener, 'e1-7');
  follower.start();
});

afterEach(() => {
  follower.stop();
  vi.useRealTimers();
});

describe('the follower of events', () => {
  it('begins after the snapshot', () => {
    expect(current().url).toBe('/v1/events?rates=1&after=e1-7');
  });

  it('hands over together what comes together', () => {
    current().tell('open');
    current().tell('instance', {}, 'e1-8');
    current().tell('revision', {}, 'e1-9');
    vi.runOnlyPendingTimers();
    expect(listener.heard.slice(0, 2)).toEqual(['connected', 'events: instance revision']);
  });

  it('goes on after the last event when the connection breaks', async () => {
    current().tell('open');
    current().tell('instance', {}, 'e1-8');
    current().tell('error');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(listener.heard).toEqual(['connected', 'events: instance', 'disconnected']);
    expect(sources.map(({ closed }) => closed)).toEqual([true, false]);
    expect(current().url).toContain('after=e1-8');
  });

  it('keeps its place over rates, which have no id', async () => {
    current().tell('instance', {}, 'e1-8');
    current().tell('rates', { Rates: [] });
    current().tell('error');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(current().url).toContain('after=e1-8');
  });

  it('tries less and less often while the node is away, and never gives up', async () => {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      current().tell('error');
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(sources.length).toBe(9);
    current().tell('error');
    await vi.advanceTimersByTimeAsync(4_900);
    expect(sources.length).toBe(9);
  });

  it('ends when we are signed out', async () => {
    signedIn = false;
    current().tell('error');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sources.length).toBe(1);
  });

  it('ends when events were lost, after those that came before', () => {
    current().tell('instance', {}, 'e1-8');
    current().tell('reset', {}, 'e2-1');
    expect(listener.heard).toEqual(['events: instance', 'lost']);
    expect(current().closed).toBe(true);
  });

  it('takes a connection for dead that has become quiet', async () => {
    current().tell('open');
    await vi.advanceTimersByTimeAsync(21_000);
    expect(listener.heard).toEqual(['connected', 'disconnected']);
    expect(sources.length).toBe(2);
  });

  it('says nothing any more once it is stopped', async () => {
    current().tell('instance', {}, 'e1-8');
    follower.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([listener.heard, sources.length, current().closed]).toEqual([[], 1, true]);
  });
});
