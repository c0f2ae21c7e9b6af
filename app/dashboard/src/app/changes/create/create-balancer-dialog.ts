import { Component, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NonNullableFormBuilder, ReactiveFormsModule } from '@angular/forms';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatIcon } from '@angular/material/icon';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { Router } from '@angular/router';

import { NodeStore } from '../../core/live/node-store';
import { ChangeDialog } from '../change-dialog';
import { ChangeFlow } from '../change-flow';
import { HealthCheckFields } from '../health-check/health-check-fields';
import { ListenerFields } from '../listener/listener-fields';
import { makeListenerForm } from '../listener/listener-form';
import { nodeError, placeProblem } from '../server-errors';
import { CREATE_RULES, changesOf, makeCreateForm } from './create-form';

@Component({
  selector: 'app-create-balancer-dialog',
  imports: [
    ChangeDialog,
    HealthCheckFields,
    ListenerFields,
    MatButton,
    MatFormFieldModule,
    MatIcon,
    MatIconButton,
    MatInput,
    MatSelectModule,
    ReactiveFormsModule,
  ],
  templateUrl: './create-balancer-dialog.html',
  styleUrls: ['../fields.scss', './create-balancer-dialog.scss'],
})
export class CreateBalancerDialog {
  protected readonly flow = new ChangeFlow();
  protected readonly placed = signal(false);
  protected readonly nodeError = nodeError;
  readonly #build = inject(NonNullableFormBuilder);
  readonly #router = inject(Router);
  readonly #store = inject(NodeStore);
  protected readonly form = makeCreateForm(this.#build);
  protected readonly ownCheck = toSignal(this.form.controls.ownCheck.valueChanges, { initialValue: false });

  protected addListener(): void {
    this.form.controls.listeners.push(makeListenerForm(this.#build, 'HTTP', null, null));
  }

  protected removeListener(index: number): void {
    this.form.controls.listeners.removeAt(index);
  }

  protected checkSwitched(): void {
    const { check, listeners } = this.form.controls;
    if (!this.form.controls.ownCheck.value) {
      return check.disable();
    }
    check.enable();
    const first = listeners.at(0).getRawValue();
    if (check.pristine) {
      check.patchValue({ protocol: first.instanceProtocol, port: first.instancePort ?? 80 });
    }
  }

  protected async preview(): Promise<void> {
    this.placed.set(false);
    this.form.controls.name.updateValueAndValidity();
    if (this.form.invalid) {
      this.form.markAllAsTouched();
      return;
    }
    const zone = `${this.#store.status()?.Region ?? 'local'}a`;
    await this.flow.preview(...changesOf(this.form, zone));
    this.placed.set(placeProblem(this.form, this.flow.problem(), CREATE_RULES));
  }

  protected show(): void {
    void this.#router.navigate(['/load-balancers', this.form.controls.name.value]);
  }
}
