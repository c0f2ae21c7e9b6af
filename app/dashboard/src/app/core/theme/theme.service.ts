import { DOCUMENT, Injectable, computed, effect, inject, signal } from '@angular/core';

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEPT_AS = 'theme';

/** Light or dark: as the system says, unless one was chosen here. */
@Injectable({ providedIn: 'root' })
export class ThemeService {
  readonly #document = inject(DOCUMENT);
  readonly #prefersDark = this.#document.defaultView!.matchMedia('(prefers-color-scheme: dark)');
  readonly #systemIsDark = signal(this.#prefersDark.matches);
  readonly #choice = signal(this.#kept());

  readonly choice = this.#choice.asReadonly();
  readonly isDark = computed(() => {
    const choice = this.#choice();
    return choice === 'system' ? this.#systemIsDark() : choice === 'dark';
  });

  constructor() {
    this.#prefersDark.addEventListener('change', ({ matches }) => this.#systemIsDark.set(matches));
    effect(() => {
      const { classList } = this.#document.documentElement;
      classList.toggle('dark', this.isDark());
      classList.toggle('light', !this.isDark());
    });
  }

  choose(choice: ThemeChoice): void {
    this.#choice.set(choice);
    try {
      localStorage.setItem(KEPT_AS, choice);
    } catch {
      // The browser keeps nothing for us: then it lasts as long as the page.
    }
  }

  #kept(): ThemeChoice {
    try {
      const kept = localStorage.getItem(KEPT_AS);
      return kept === 'light' || kept === 'dark' ? kept : 'system';
    } catch {
      return 'system';
    }
  }
}
