import { Component } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';

import { EmptyState } from './empty-state';

@Component({
  selector: 'app-not-found-page',
  imports: [EmptyState, MatButtonModule, RouterLink],
  template: `
    <app-empty-state icon="unknown" heading="There is no such page">
      <a matButton="tonal" routerLink="/load-balancers">Show the load balancers</a>
    </app-empty-state>
  `,
})
export class NotFoundPage {}
