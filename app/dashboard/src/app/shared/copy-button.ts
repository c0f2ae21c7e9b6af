import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, input, signal } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatTooltip } from '@angular/material/tooltip';
import { LiveAnnouncer } from '@angular/cdk/a11y';

/** Copies a text, and says so. */
@Component({
  selector: 'app-copy-button',
  imports: [MatIcon, MatIconButton, MatTooltip],
  template: `
    <button matIconButton type="button" [attr.aria-label]="label()" [matTooltip]="label()" (click)="copy()">
      <mat-icon [svgIcon]="copied() ? 'check' : 'copy'" />
    </button>
  `,
  styles: `
    button {
      --mat-icon-button-state-layer-size: 32px;
      --mat-icon-button-icon-size: 18px;
      width: 32px;
      height: 32px;
      padding: 7px;
    }
  `,
})
export class CopyButton {
  readonly text = input.required<string>();
  readonly label = input('Copy');
  protected readonly copied = signal(false);
  readonly #announcer = inject(LiveAnnouncer);
  readonly #clipboard = inject(Clipboard);

  protected copy(): void {
    if (this.#clipboard.copy(this.text())) {
      this.copied.set(true);
      void this.#announcer.announce('Copied');
      setTimeout(() => this.copied.set(false), 1_500);
    }
  }
}
