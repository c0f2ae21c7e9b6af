import { Component, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';

import { ThemeChoice, ThemeService } from '../core/theme/theme.service';

@Component({
  selector: 'app-theme-switch',
  imports: [MatIcon, MatIconButton, MatMenuModule, MatTooltip],
  template: `
    <button matIconButton type="button" aria-label="Theme" matTooltip="Theme" [matMenuTriggerFor]="menu">
      <mat-icon [svgIcon]="'theme-' + theme.choice()" />
    </button>
    <mat-menu #menu="matMenu" xPosition="before">
      @for (choice of choices; track choice.value) {
        <button
          mat-menu-item
          role="menuitemradio"
          [attr.aria-checked]="theme.choice() === choice.value"
          (click)="theme.choose(choice.value)"
        >
          <mat-icon [svgIcon]="'theme-' + choice.value" />
          <span>{{ choice.label }}</span>
        </button>
      }
    </mat-menu>
  `,
})
export class ThemeSwitch {
  protected readonly theme = inject(ThemeService);
  protected readonly choices: readonly { value: ThemeChoice; label: string }[] = [
    { value: 'system', label: 'As the system' },
    { value: 'light', label: 'Light' },
    { value: 'dark', label: 'Dark' },
  ];
}
