/** The chat as a whole: the list beside the conversation, and what lies over both. */

import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import { Brand } from '../../design/brand.tsx';
import { SkipLink } from '../../design/skip-link.tsx';
import { ErrorBoundary } from '../../pages/error-boundary.tsx';
import { ErrorPage } from '../../pages/error-page.tsx';
import { SignedOutBanner } from '../../session/signed-out-banner.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { mainId } from '../frame/element-ids.ts';
import { SideContext } from '../frame/side-context.ts';
import { ConversationPanel } from '../list/conversation-panel.tsx';
import type { SettingsSection } from '../settings/settings-dialog.tsx';
import { MainPart } from './main-part.tsx';
import styles from './shell.module.css';
import { SideFoot } from './side-foot.tsx';
import { useRowActions } from './use-row-actions.ts';
import { useShortcuts } from './use-shortcuts.ts';

const SettingsDialog = lazy(async () => ({
  default: (await import('../settings/settings-dialog.tsx')).SettingsDialog,
}));

const TransferDialog = lazy(async () => ({
  default: (await import('../transfer/transfer-dialog.tsx')).TransferDialog,
}));

const useChosenId = (): string | undefined => {
  const [isConversation, params] = useRoute('/c/:id');
  return isConversation ? params.id : undefined;
};

export const Chat = ({ userId }: { readonly userId: string }) => {
  const t = useTranslate();
  const [location] = useLocation();
  const chosenId = useChosenId();
  const [transferredId, setTransferredId] = useState<string>();
  const actions = useRowActions(chosenId, setTransferredId);
  const [isSideOpen, setSideOpen] = useState(false);
  const [section, setSection] = useState<SettingsSection>();
  const openSide = useCallback(() => setSideOpen(true), []);
  const closeSide = useCallback(() => setSideOpen(false), []);
  const openSettings = useCallback(() => setSection('appearance'), []);
  const openHelp = useCallback(() => setSection('keyboard'), []);
  const closeTransfer = useCallback(() => setTransferredId(undefined), []);
  const closeSettings = useCallback(() => setSection(undefined), []);
  useShortcuts({ openHelp, openSide });
  // Wherever the reader goes, the list has done its part.
  useEffect(() => setSideOpen(location === ''), [location]);
  const broken = <ErrorPage isPart />;
  return (
    <div className={styles['shell']} data-open={isSideOpen}>
      <SkipLink to={mainId} label={t('shell.skip')} />
      <aside className={styles['side']} aria-label={t('shell.side')}>
        <div className={styles['brand']}>
          <Brand name="Parlance" />
        </div>
        <ConversationPanel chosenId={chosenId} actions={actions} />
        <SideFoot onSettings={openSettings} />
      </aside>
      <button type="button" className={styles['veil']} aria-label={t('shell.closeList')} onClick={closeSide} />
      <SideContext value={openSide}>
        <main id={mainId} className={styles['main']} tabIndex={-1}>
          <SignedOutBanner userId={userId} />
          <ErrorBoundary fallback={broken} resetKey={location}>
            <MainPart />
          </ErrorBoundary>
        </main>
      </SideContext>
      <ErrorBoundary fallback={null} resetKey={section ?? ''}>
        <Suspense fallback={null}>
          {section ? <SettingsDialog section={section} onSection={setSection} onClose={closeSettings} /> : null}
        </Suspense>
      </ErrorBoundary>
      <ErrorBoundary fallback={null} resetKey={transferredId ?? ''}>
        <Suspense fallback={null}>
          {transferredId === undefined ? null : <TransferDialog id={transferredId} onClose={closeTransfer} />}
        </Suspense>
      </ErrorBoundary>
    </div>
  );
};
