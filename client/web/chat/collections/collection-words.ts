/** What is said of a collection and of refusals, in words. */
import type { CollectionState, ParlanceFault } from '@parlance/client';
import { describeFault } from '../../faults/describe-fault.ts';
import type { Translate } from '../../translations/translation.ts';

/** Who may read it, and how much is in it. */
export const factsOf = ({ access, documentCount, owner }: CollectionState, userId: string, t: Translate): string => {
  const facts = [t('collections.count', { count: documentCount }), t(`collections.access.${access}`)];
  if (owner.id !== userId) facts.push(t('collections.of', { owner: owner.email ?? owner.id }));
  return facts.join(' · ');
};

/** Bounds of collections and of storage are not those of messages: the server says them best. */
export const wordsOfRefusal = (fault: ParlanceFault, t: Translate): string =>
  fault.code === 'QUOTA_EXCEEDED' ? fault.message : describeFault(fault, t).words;
