import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { MatMenuModule } from '@angular/material/menu';
import { MatProgressBar } from '@angular/material/progress-bar';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';

import { NodeStore } from '../core/live/node-store';
import { SessionService } from '../core/session/session.service';
import { Brand } from './brand';
import { LinkBadge } from './link-badge';
import { ThemeSwitch } from './theme-switch';

@Component({
  selector: 'app-shell',
  imports: [
    Brand,
    LinkBadge,
    MatButton,
    MatIcon,
    MatMenuModule,
    MatProgressBar,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    ThemeSwitch,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  protected readonly session = inject(SessionService);
  protected readonly status = inject(NodeStore).status;
  protected readonly pending = computed(() => {
    const status = this.status();
    return status !== null && status.AppliedRevision < status.Revision;
  });

  protected signOut(): void {
    this.session.signOut().catch(() => undefined); // we are signed out here either way
  }

  protected skip(main: HTMLElement): void {
    main.focus();
  }
}
