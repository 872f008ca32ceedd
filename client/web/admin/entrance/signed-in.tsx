/** The console of one user: one client for as long as the page lives, and what lies over its pages. */
import type { ParlanceClient } from '@parlance/client';
import { ParlanceProvider } from '@parlance/react';
import { Notices } from '../../notices/notices.tsx';
import { createPageClient } from '../../session/page-client.ts';
import type { Session } from '../../session/session.ts';
import { SignedOutBanner } from '../../session/signed-out-banner.tsx';
import { Console } from './console.tsx';

let held: ParlanceClient | undefined;

const clientOfPage = (): ParlanceClient => {
  held ??= createPageClient();
  return held;
};

export const SignedIn = ({ session }: { readonly session: Session }) => (
  <ParlanceProvider client={clientOfPage()}>
    <Notices>
      <SignedOutBanner userId={session.userId} />
      <Console session={session} />
    </Notices>
  </ParlanceProvider>
);
