import { ComponentType } from '@angular/cdk/overlay';
import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';

import type { Listener, LoadBalancerView } from '../core/api/types';
import { SessionService } from '../core/session/session.service';
import { CreateBalancerDialog } from './create/create-balancer-dialog';
import { DeleteBalancerDialog } from './delete-balancer-dialog';
import { DeregisterDialog } from './deregister-dialog';
import { HealthCheckDialog } from './health-check/health-check-dialog';
import { AddListenerDialog } from './listener/add-listener-dialog';
import { RemoveListenerDialog } from './listener/remove-listener-dialog';
import { RegisterDialog } from './register/register-dialog';

/** Opens the dialog of each change; for those who may only look, none. (Their buttons can be pressed, to say why.) */
@Injectable({ providedIn: 'root' })
export class ChangeDialogs {
  readonly #dialogs = inject(MatDialog);
  readonly #session = inject(SessionService);

  create(): void {
    this.#open(CreateBalancerDialog, undefined, 'first-tabbable');
  }

  delete(balancer: LoadBalancerView): void {
    this.#open(DeleteBalancerDialog, balancer);
  }

  register(balancer: LoadBalancerView): void {
    this.#open(RegisterDialog, balancer, 'first-tabbable');
  }

  /** `done` is called when they are gone. */
  deregister(balancer: LoadBalancerView, ids: readonly string[], done: () => void = () => undefined): void {
    this.#open(DeregisterDialog, { balancer, ids, done });
  }

  addListener(balancer: LoadBalancerView): void {
    this.#open(AddListenerDialog, balancer, 'first-tabbable');
  }

  removeListener(balancer: LoadBalancerView, listener: Listener): void {
    this.#open(RemoveListenerDialog, { balancer, listener });
  }

  configureHealthCheck(balancer: LoadBalancerView): void {
    this.#open(HealthCheckDialog, balancer, 'first-tabbable');
  }

  #open<T>(dialog: ComponentType<unknown>, data: T, autoFocus = 'first-heading'): void {
    if (this.#session.mayChange()) {
      this.#dialogs.open(dialog, {
        data,
        autoFocus,
        delayFocusTrap: false, // else it takes the focus from what opens above it while it fades in
        width: '720px',
        maxWidth: '95vw',
        maxHeight: '90vh',
      });
    }
  }
}
