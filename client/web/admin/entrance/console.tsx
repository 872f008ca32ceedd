/** The console as a whole: the menu of what the reader may see, and a page beside it. */

import { isParlanceError, type ParlanceFault } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { Suspense, useCallback, useEffect, useState } from 'react';
import { Link, Redirect, Router, useLocation } from 'wouter';
import { Brand } from '../../design/brand.tsx';
import { IconButton } from '../../design/button.tsx';
import { SkipLink } from '../../design/skip-link.tsx';
import { useNotify } from '../../notices/notify-context.ts';
import { ErrorBoundary } from '../../pages/error-boundary.tsx';
import { ErrorPage } from '../../pages/error-page.tsx';
import { type Session, signOut } from '../../session/session.ts';
import { useTranslate } from '../../translations/translation.ts';
import { type Access, AccessContext, useAccess } from '../access/access.ts';
import { readAccess } from '../access/read-access.ts';
import { FaultView } from '../parts/fault-view.tsx';
import { useWords } from '../translations/words.ts';
import styles from './console.module.css';
import { Forbidden } from './forbidden.tsx';
import { pages, pagesFor } from './pages.ts';

const contentId = 'content';

const Menu = ({ path }: { readonly path: string }) => {
  const w = useWords();
  const access = useAccess();
  return (
    <nav className={styles['menu']} aria-label={w('menu.label')}>
      {pagesFor(access).map((page) => (
        <Link key={page.path} href={page.path} aria-current={page.path === path ? 'page' : undefined}>
          {w(page.title)}
        </Link>
      ))}
    </nav>
  );
};

const Foot = () => {
  const w = useWords();
  const t = useTranslate();
  const notify = useNotify();
  const { name, tenantName } = useAccess();
  const leave = () => {
    signOut().catch(() => notify({ words: t('signOut.failed') }));
  };
  return (
    <div className={styles['foot']}>
      <span title={tenantName}>
        {name} <small>{tenantName}</small>
      </span>
      <a href="/">{w('menu.chat')}</a>
      <IconButton icon="out" label={t('signOut')} onClick={leave} />
    </div>
  );
};

const PageAtPath = ({ path }: { readonly path: string }) => {
  const w = useWords();
  const access = useAccess();
  const allowed = pagesFor(access);
  const page = pages.find((candidate) => candidate.path === path);
  const [home] = allowed;
  // Somebody who may not see the first page begins at the first that is there.
  if (page?.path === '/' && home && home !== page) return <Redirect to={home.path} replace />;
  if (page && allowed.includes(page)) {
    return (
      <Suspense fallback={<p className={styles['loading']}>{w('page.reading')}</p>}>
        <page.View />
      </Suspense>
    );
  }
  return <Forbidden page={page} />;
};

const Frame = () => {
  const w = useWords();
  const [location] = useLocation();
  const path = location === '' ? '/' : location.replace(/(.)\/$/, '$1');
  return (
    <div className={styles['console']}>
      <SkipLink to={contentId} label={w('menu.skip')} />
      <header className={styles['side']}>
        <div className={styles['brand']}>
          <Brand name={w('menu.brand')} />
        </div>
        <Menu path={path} />
        <Foot />
      </header>
      <main id={contentId} className={styles['main']} tabIndex={-1}>
        <ErrorBoundary fallback={<ErrorPage />} resetKey={path}>
          <PageAtPath key={path} path={path} />
        </ErrorBoundary>
      </main>
    </div>
  );
};

export const Console = ({ session }: { readonly session: Session }) => {
  const client = useParlance();
  const [access, setAccess] = useState<Access>();
  const [fault, setFault] = useState<ParlanceFault>();
  const load = useCallback(async () => {
    try {
      setAccess(await readAccess(client, session));
      setFault(undefined);
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      setFault(error);
    }
  }, [client, session]);
  useEffect(() => void load(), [load]);
  if (!access) {
    return (
      <main className={styles['loading']}>
        <FaultView fault={fault} retry={load} />
      </main>
    );
  }
  return (
    <AccessContext value={access}>
      <Router base="/admin">
        <Frame />
      </Router>
    </AccessContext>
  );
};
