import { Component, computed, inject } from '@angular/core';

import { LinkState, LiveService } from '../core/live/live.service';

const WORDS: Record<LinkState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  'signed-out': 'Signed out',
};

/** Whether what is shown is the truth of this moment; changes are read out. */
@Component({
  selector: 'app-link-badge',
  host: { role: 'status', 'aria-live': 'polite', '[class]': 'live.link()' },
  template: `<span class="dot" aria-hidden="true"></span>{{ words() }}`,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      padding: 4px 12px 4px 10px;
      border-radius: 99px;
      font-size: 13px;
      font-weight: 550;
      white-space: nowrap;
      background: var(--app-warn-fill);
      color: var(--app-warn-text);
    }

    .dot {
      width: 8px;
      height: 8px;
      border-radius: 50%;
      background: currentColor;
    }

    :host(.live) {
      background: var(--app-ok-fill);
      color: var(--app-ok-text);
    }

    :host(.signed-out) {
      background: var(--app-bad-fill);
      color: var(--app-bad-text);
    }

    @media (prefers-reduced-motion: no-preference) {
      :host(.connecting) .dot,
      :host(.reconnecting) .dot {
        animation: pulse 1.2s ease-in-out infinite;
      }
    }

    @keyframes pulse {
      50% {
        opacity: 0.25;
      }
    }
  `,
})
export class LinkBadge {
  protected readonly live = inject(LiveService);
  protected readonly words = computed(() => WORDS[this.live.link()]);
}
