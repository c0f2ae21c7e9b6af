import { Component, ElementRef, computed, effect, inject, input, output, viewChild } from '@angular/core';
import type { AbstractControl } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatProgressBar } from '@angular/material/progress-bar';
import { MatSnackBar } from '@angular/material/snack-bar';

import { ProblemNote } from '../shared/problem-note';
import type { ChangeFlow } from './change-flow';
import { FollowingChanges } from './following-changes';
import { PlanView } from './plan-view';

/** What all change dialogs share: the form (projected), then the plan, then Apply. */
@Component({
  selector: 'app-change-dialog',
  imports: [FollowingChanges, MatButton, MatDialogModule, MatProgressBar, PlanView, ProblemNote],
  templateUrl: './change-dialog.html',
  styleUrl: './change-dialog.scss',
})
export class ChangeDialog {
  readonly heading = input.required<string>();
  readonly flow = input.required<ChangeFlow>();
  readonly applyLabel = input('Apply');
  readonly danger = input(false);
  /** Said when it is done. */
  readonly success = input.required<string>();
  /** The problem is shown at a field of the form already. */
  readonly problemIsPlaced = input(false);
  /** What is typed into; closing by accident must not lose it. */
  readonly form = input<AbstractControl>();

  /** The form is to be checked and handed to the flow. */
  readonly preview = output();
  readonly applied = output();

  protected readonly problem = computed(() => (this.problemIsPlaced() ? null : this.flow().problem()));
  readonly #dialog = inject(MatDialogRef);
  readonly #snackBar = inject(MatSnackBar);
  private readonly planHeading = viewChild<ElementRef<HTMLElement>>('planHeading');

  constructor() {
    // Whoever reads with ears hears that the plan is there, and reads on from its beginning.
    effect(() => this.planHeading()?.nativeElement.focus());
    this.#dialog.disableClose = true;
    this.#dialog.keydownEvents().subscribe((event) => this.#keyPressed(event));
    this.#dialog.backdropClick().subscribe(() => this.#closeIfUntouched());
  }

  protected cancel(): void {
    this.#dialog.close();
  }

  protected async apply(): Promise<void> {
    if (await this.flow().apply()) {
      this.#dialog.close();
      this.#snackBar.open(this.success(), '', { duration: 4_000, politeness: 'polite' });
      this.applied.emit();
    }
  }

  #keyPressed(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      this.#closeIfUntouched();
    }
  }

  #closeIfUntouched(): void {
    if (!this.form()?.dirty && !this.flow().busy()) {
      this.#dialog.close();
    }
  }
}
