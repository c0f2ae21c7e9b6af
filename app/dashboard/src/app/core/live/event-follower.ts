import { EVENT_NAMES, type NodeEvent } from '../state/events';

/** The part of EventSource that is used here. */
export interface Source {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface FollowerPorts {
  open(url: string): Source;
  /** Whether it makes sense to try again; false ends the follower: we are signed out. */
  mayRetry(): Promise<boolean>;
}

export interface FollowerListener {
  /** In the order they came. */
  events(batch: readonly NodeEvent[]): void;
  connected(): void;
  disconnected(): void;
  /** Events were missed that the node no longer has, so only a new snapshot helps. The follower has ended. */
  lost(): void;
}

const FLUSH_AFTER = 40;
const FIRST_RETRY = 300;
const LONGEST_RETRY = 5_000;
/** With rates asked for, something comes each second; a connection this quiet is dead, whatever TCP believes. */
const QUIET_TOO_LONG = 20_000;

type Timer = ReturnType<typeof setTimeout>;

/**
 * Follows `/v1/events` from one event on, over connections that may break: each new one goes on after the last event
 * that came. (EventSource's own reconnecting gives up for good when the node answers anything but 200.)
 */
export class EventFollower {
  #source: Source | null = null;
  #waiting: NodeEvent[] = [];
  #flushTimer: Timer | undefined;
  #retryTimer: Timer | undefined;
  #quietTimer: Timer | undefined;
  #retryDelay = FIRST_RETRY;
  #ended = false;

  constructor(
    private readonly ports: FollowerPorts,
    private readonly listener: FollowerListener,
    private last: string,
  ) {}

  start(): void {
    this.#open();
  }

  stop(): void {
    this.#ended = true;
    this.#close();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#flushTimer);
  }

  #open(): void {
    const source = this.ports.open(`/v1/events?rates=1&after=${encodeURIComponent(this.last)}`);
    this.#source = source;
    source.addEventListener('open', () => this.#opened());
    source.addEventListener('error', () => this.#broken());
    source.addEventListener('reset', () => this.#lost());
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (event) => this.#received(name, event));
    }
    this.#heard();
  }

  #opened(): void {
    this.#retryDelay = FIRST_RETRY;
    this.#heard();
    this.listener.connected();
  }

  #received(name: NodeEvent['name'], { data, lastEventId }: MessageEvent<string>): void {
    this.#heard();
    if (lastEventId) {
      this.last = lastEventId;
    }
    this.#waiting.push({ name, data: JSON.parse(data) } as NodeEvent);
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_AFTER);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) {
      this.listener.events(batch);
    }
  }

  #lost(): void {
    this.#flush();
    this.stop();
    this.listener.lost();
  }

  #broken(): void {
    this.#flush();
    this.#close();
    this.listener.disconnected();
    this.#retryTimer = setTimeout(() => void this.#retry(), this.#retryDelay);
    this.#retryDelay = Math.min(this.#retryDelay * 2, LONGEST_RETRY);
  }

  async #retry(): Promise<void> {
    const worthIt = await this.ports.mayRetry();
    if (this.#ended) {
      return;
    }
    if (worthIt) {
      this.#open();
    } else {
      this.stop();
    }
  }

  #heard(): void {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.#broken(), QUIET_TOO_LONG);
  }

  #close(): void {
    clearTimeout(this.#quietTimer);
    this.#source?.close();
    this.#source = null;
  }
}
