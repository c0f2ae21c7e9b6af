import { Component, effect, inject, signal } from '@angular/core';
import { MatDialog, MatDialogRef } from '@angular/material/dialog';
import { MatProgressBar } from '@angular/material/progress-bar';

import { SessionService, SessionState } from './core/session/session.service';
import { ThemeService } from './core/theme/theme.service';
import { Shell } from './shell/shell';
import { SignInAgain } from './sign-in/sign-in-again';
import { SignInPage } from './sign-in/sign-in-page';

const RETRY = 2_000;

/** Who may see what: the sign-in page, or the shell with the page the address names. */
@Component({
  selector: 'app-root',
  imports: [MatProgressBar, Shell, SignInPage],
  template: `
    @switch (session.state()) {
      @case ('checking') {
        <mat-progress-bar mode="indeterminate" aria-label="Connecting to the node" />
        @if (unreachable()) {
          <p class="unreachable" role="status">The node does not answer. Trying again …</p>
        }
      }
      @case ('signed-out') {
        <app-sign-in-page />
      }
      @default {
        <app-shell />
      }
    }
  `,
  styles: `
    .unreachable {
      padding: 32px;
      text-align: center;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class App {
  protected readonly session = inject(SessionService);
  protected readonly unreachable = signal(false);
  readonly #dialogs = inject(MatDialog);
  #signInAgain: MatDialogRef<SignInAgain> | null = null;

  constructor() {
    inject(ThemeService); // it dresses the page from the beginning
    effect(() => this.#sessionChanged(this.session.state()));
    void this.#restore();
  }

  async #restore(): Promise<void> {
    try {
      await this.session.restore();
    } catch {
      this.unreachable.set(true);
      setTimeout(() => void this.#restore(), RETRY);
    }
  }

  #sessionChanged(state: SessionState): void {
    if (state === 'expired') {
      // Above whatever is open, so that nothing that was typed is lost. The form takes the focus itself: a dialog that
      // moves it once more when it has faded in would have the secret go on in the field of the id, for all to read.
      this.#signInAgain ??= this.#dialogs.open(SignInAgain, {
        autoFocus: false,
        disableClose: true,
        width: '420px',
      });
      return;
    }
    this.#signInAgain?.close();
    this.#signInAgain = null;
    if (state === 'signed-out') {
      this.#dialogs.closeAll();
    }
  }
}
