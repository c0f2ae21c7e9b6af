import { Routes } from '@angular/router';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'load-balancers' },
  {
    path: 'load-balancers',
    title: 'Load balancers',
    loadComponent: () => import('./load-balancers/load-balancers-page').then((m) => m.LoadBalancersPage),
  },
  {
    path: 'load-balancers/:name',
    title: (route) => route.paramMap.get('name') ?? 'Load balancer',
    loadComponent: () => import('./load-balancer/load-balancer-page').then((m) => m.LoadBalancerPage),
  },
  {
    path: 'history',
    title: 'History',
    loadComponent: () => import('./history/history-page').then((m) => m.HistoryPage),
  },
  {
    path: '**',
    title: 'Not found',
    loadComponent: () => import('./shared/not-found-page').then((m) => m.NotFoundPage),
  },
];
