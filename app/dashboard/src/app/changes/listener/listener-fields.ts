import { Component, input } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';

import { nodeError } from '../server-errors';
import { INSTANCE_PROTOCOLS, ListenerForm, PROTOCOLS } from './listener-form';

/** One listener in a line; what is projected stands at its end. */
@Component({
  selector: 'app-listener-fields',
  imports: [MatFormFieldModule, MatInput, MatSelectModule, ReactiveFormsModule],
  templateUrl: './listener-fields.html',
  styleUrl: './listener-fields.scss',
})
export class ListenerFields {
  readonly form = input.required<ListenerForm>();
  protected readonly nodeError = nodeError;
  protected readonly protocols = PROTOCOLS;
  protected readonly instanceProtocols = INSTANCE_PROTOCOLS;
}
