/** The pages of the console, in the order of the menu: who may see each, and its code, which is loaded on demand. */
import { type ComponentType, lazy } from 'react';
import { type Access, holdsAny, type Right } from '../access/access.ts';
import type { WordId } from '../translations/en.ts';

export interface ConsolePage {
  /** Below /admin. */
  readonly path: string;
  readonly title: WordId;
  /** Any of them suffices. */
  readonly rights: readonly Right[];
  readonly View: ComponentType;
}

const managers: readonly Right[] = ['ADMIN', 'BILLING_ADMIN'];
const admins: readonly Right[] = ['ADMIN'];

export const pages: readonly ConsolePage[] = [
  {
    path: '/',
    title: 'overview.title',
    rights: managers,
    View: lazy(async () => ({ default: (await import('../overview/overview-page.tsx')).OverviewPage })),
  },
  {
    path: '/usage',
    title: 'usage.title',
    rights: managers,
    View: lazy(async () => ({ default: (await import('../usage/usage-page.tsx')).UsagePage })),
  },
  {
    path: '/users',
    title: 'users.title',
    rights: managers,
    View: lazy(async () => ({ default: (await import('../users/users-page.tsx')).UsersPage })),
  },
  {
    path: '/models',
    title: 'models.title',
    rights: [...managers, 'models:write'],
    View: lazy(async () => ({ default: (await import('../models/models-page.tsx')).ModelsPage })),
  },
  {
    path: '/routing',
    title: 'routing.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../routing/routing-page.tsx')).RoutingPage })),
  },
  {
    path: '/caches',
    title: 'caches.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../caches/caches-page.tsx')).CachesPage })),
  },
  {
    path: '/moderation',
    title: 'moderation.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../moderation/moderation-page.tsx')).ModerationPage })),
  },
  {
    path: '/tools',
    title: 'tools.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../tools/tools-page.tsx')).ToolsPage })),
  },
  {
    path: '/mcp',
    title: 'mcp.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../mcp/mcp-page.tsx')).McpPage })),
  },
  {
    path: '/files',
    title: 'files.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../files/files-page.tsx')).FilesPage })),
  },
  {
    path: '/retrieval',
    title: 'retrieval.title',
    rights: admins,
    View: lazy(async () => ({ default: (await import('../retrieval/retrieval-page.tsx')).RetrievalPage })),
  },
  {
    path: '/tenant',
    title: 'tenant.title',
    rights: [...managers, 'tenants:write'],
    View: lazy(async () => ({ default: (await import('../tenant/tenant-page.tsx')).TenantPage })),
  },
];

/** Those that somebody may see. */
export const pagesFor = (access: Access): readonly ConsolePage[] =>
  pages.filter(({ rights }) => holdsAny(access, rights));
