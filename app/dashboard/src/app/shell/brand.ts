import { Component } from '@angular/core';

@Component({
  selector: 'app-brand',
  template: `
    <img src="favicon.svg" alt="" width="32" height="32" />
    <span>Elastic HAProxy</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 12px;
      font-size: 17px;
      font-weight: 650;
      letter-spacing: -0.015em;
      white-space: nowrap;
    }
  `,
})
export class Brand {}
