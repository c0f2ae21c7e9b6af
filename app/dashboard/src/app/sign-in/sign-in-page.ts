import { Component } from '@angular/core';

import { Brand } from '../shell/brand';
import { ThemeSwitch } from '../shell/theme-switch';
import { SignInForm } from './sign-in-form';

@Component({
  selector: 'app-sign-in-page',
  imports: [Brand, SignInForm, ThemeSwitch],
  template: `
    <app-theme-switch />
    <main>
      <app-brand />
      <div class="card">
        <h1>Sign in to this node</h1>
        <p>
          With an access key of the node. The first one is in its data directory, in
          <code>first-key.json</code>.
        </p>
        <app-sign-in-form />
      </div>
    </main>
  `,
  styles: `
    :host {
      display: grid;
      min-height: 100vh;
      place-items: center;
      padding: 24px;
    }

    app-theme-switch {
      position: absolute;
      top: 12px;
      right: 16px;
    }

    main {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 24px;
      width: 100%;
      max-width: 420px;
    }

    .card {
      width: 100%;
      padding: 32px;
      border: 1px solid var(--app-line);
      border-radius: 16px;
      background: var(--app-card);
      box-shadow: var(--app-shadow);
    }

    h1 {
      margin: 0 0 6px;
      font-size: 21px;
      font-weight: 650;
      letter-spacing: -0.01em;
    }

    p {
      margin: 0 0 24px;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class SignInPage {}
