import { MatIconRegistry } from '@angular/material/icon';
import { DomSanitizer } from '@angular/platform-browser';
import {
  mdiAlertCircle,
  mdiArrowLeft,
  mdiCheck,
  mdiCheckCircle,
  mdiChevronDown,
  mdiClose,
  mdiCloseCircle,
  mdiContentCopy,
  mdiDelete,
  mdiHeartPulse,
  mdiHelpCircle,
  mdiHistory,
  mdiLinkVariantOff,
  mdiLinkVariantPlus,
  mdiLogout,
  mdiMagnify,
  mdiMinusCircle,
  mdiPlus,
  mdiServer,
  mdiSourceBranch,
  mdiThemeLightDark,
  mdiWeatherNight,
  mdiWhiteBalanceSunny,
} from '@mdi/js';

/** Every icon of the dashboard, by the name its templates use. */
const ICONS = {
  add: mdiPlus,
  'add-instances': mdiLinkVariantPlus,
  back: mdiArrowLeft,
  balancer: mdiSourceBranch,
  check: mdiCheck,
  clear: mdiClose,
  copy: mdiContentCopy,
  degraded: mdiAlertCircle,
  delete: mdiDelete,
  down: mdiCloseCircle,
  empty: mdiMinusCircle,
  healthy: mdiCheckCircle,
  'health-check': mdiHeartPulse,
  history: mdiHistory,
  instance: mdiServer,
  menu: mdiChevronDown,
  'remove-instances': mdiLinkVariantOff,
  search: mdiMagnify,
  'sign-out': mdiLogout,
  'theme-dark': mdiWeatherNight,
  'theme-light': mdiWhiteBalanceSunny,
  'theme-system': mdiThemeLightDark,
  unknown: mdiHelpCircle,
} as const;

/** They are part of the program: nothing is fetched. */
export function registerIcons(registry: MatIconRegistry, sanitizer: DomSanitizer): void {
  for (const [name, path] of Object.entries(ICONS)) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="${path}"/></svg>`;
    registry.addSvgIconLiteral(name, sanitizer.bypassSecurityTrustHtml(svg));
  }
}
