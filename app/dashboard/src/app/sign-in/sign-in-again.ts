import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialogModule } from '@angular/material/dialog';

import { SessionService } from '../core/session/session.service';
import { SignInForm } from './sign-in-form';

/** Over the page when the session has ended, which stays as it is. */
@Component({
  selector: 'app-sign-in-again',
  imports: [MatButton, MatDialogModule, SignInForm],
  template: `
    <h2 mat-dialog-title>Your session has ended</h2>
    <mat-dialog-content>
      <p>Sign in again to go on where you were. Nothing you entered is lost.</p>
      <app-sign-in-form />
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton type="button" (click)="leave()">Sign out</button>
    </mat-dialog-actions>
  `,
  styles: `
    p {
      margin: 0 0 20px;
    }
  `,
})
export class SignInAgain {
  readonly #session = inject(SessionService);

  protected leave(): void {
    this.#session.signOut().catch(() => undefined); // the session is over either way
  }
}
