import { Component, ElementRef, afterNextRender, inject, signal, viewChild } from '@angular/core';
import { NonNullableFormBuilder, ReactiveFormsModule, Validators } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';

import { Problem, problemOf } from '../core/api/problem';
import { SessionService } from '../core/session/session.service';
import { ProblemNote } from '../shared/problem-note';

/** An access key for a session. Password managers take the id for the user's name and the secret for the password. */
@Component({
  selector: 'app-sign-in-form',
  imports: [MatButton, MatFormFieldModule, MatInput, ProblemNote, ReactiveFormsModule],
  templateUrl: './sign-in-form.html',
  styleUrl: './sign-in-form.scss',
})
export class SignInForm {
  readonly #session = inject(SessionService);
  private readonly idField = viewChild.required<ElementRef<HTMLInputElement>>('id');
  private readonly secretField = viewChild.required<ElementRef<HTMLInputElement>>('secret');

  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  protected readonly form = inject(NonNullableFormBuilder).group({
    AccessKeyId: [this.#session.caller()?.Name ?? '', Validators.required],
    SecretAccessKey: ['', Validators.required],
  });

  constructor() {
    afterNextRender(() => this.#focusWhatIsMissing());
  }

  protected async signIn(): Promise<void> {
    this.problem.set(null);
    if (this.form.invalid) {
      this.form.markAllAsTouched();
      this.#focusWhatIsMissing();
      return;
    }
    if (this.busy()) {
      return;
    }
    this.busy.set(true);
    try {
      const { AccessKeyId, SecretAccessKey } = this.form.getRawValue();
      await this.#session.signIn({
        AccessKeyId: AccessKeyId.trim(),
        SecretAccessKey: SecretAccessKey.trim(),
      });
    } catch (thrown) {
      this.problem.set(explained(problemOf(thrown)));
      this.secretField().nativeElement.select();
    } finally {
      this.busy.set(false);
    }
  }

  #focusWhatIsMissing(): void {
    const field = this.form.controls.AccessKeyId.valid ? this.secretField() : this.idField();
    field.nativeElement.focus();
  }
}

/** A program is told which of both was wrong; a person is helped more by what to do. */
function explained(problem: Problem): Problem {
  if (problem.status === 401 || (problem.status === 403 && problem.code !== 'AccessDenied')) {
    const advice =
      'This access key id and secret do not belong together on this node. Check both, and try again.';
    return new Problem(problem.code, problem.status, advice);
  }
  return problem;
}
