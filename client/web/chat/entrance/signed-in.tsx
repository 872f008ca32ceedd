/** The chat of one user: one client for as long as the page lives, and what this device keeps for the user. */
import type { ParlanceClient } from '@parlance/client';
import { ParlanceProvider, type TurnStorage } from '@parlance/react';
import { useMemo } from 'react';
import { MarkdownLabelsContext } from '../../markdown/labels.ts';
import { Notices } from '../../notices/notices.tsx';
import { createPageClient } from '../../session/page-client.ts';
import type { Session } from '../../session/session.ts';
import { SessionContext } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { type Device, DeviceContext } from '../device/device-context.ts';
import { createDrafts } from '../device/drafts.ts';
import { Chat } from '../shell/chat.tsx';
import { createTurnStorage } from './turn-storage.ts';

interface Kept {
  readonly client: ParlanceClient;
  readonly storage: TurnStorage;
  readonly device: Device;
}

/** By user: another user of the same page has nothing of the one before. */
const keptByUser = new Map<string, Kept>();

const keptOf = (userId: string): Kept => {
  const kept = keptByUser.get(userId) ?? {
    client: createPageClient(),
    storage: createTurnStorage(userId),
    device: { drafts: createDrafts(userId) },
  };
  keptByUser.set(userId, kept);
  return kept;
};

export const SignedIn = ({ session }: { readonly session: Session }) => {
  const t = useTranslate();
  const { client, storage, device } = keptOf(session.userId);
  const labels = useMemo(
    () => ({
      copy: t('copy'),
      copied: t('copied'),
      wrap: t('code.wrap'),
      code: (language: string) => t('code.label', { language }),
      image: (alt: string) => t('image.label', { alt }),
      done: t('task.done'),
      open: t('task.open'),
    }),
    [t],
  );
  return (
    <ParlanceProvider client={client} storage={storage}>
      <DeviceContext value={device}>
        <MarkdownLabelsContext value={labels}>
          <Notices>
            <SessionContext value={session}>
              <Chat userId={session.userId} />
            </SessionContext>
          </Notices>
        </MarkdownLabelsContext>
      </DeviceContext>
    </ParlanceProvider>
  );
};
