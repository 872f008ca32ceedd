/** What is said of a collection in few words. */
import type { CollectionState } from '@parlance/client';
import type { Translate } from '../../translations/translation.ts';

/** Who may read it, and how much is in it. */
export const factsOf = ({ access, documentCount, owner }: CollectionState, userId: string, t: Translate): string => {
  const facts = [t('collections.count', { count: documentCount }), t(`collections.access.${access}`)];
  if (owner.id !== userId) facts.push(t('collections.of', { owner: owner.email ?? owner.id }));
  return facts.join(' · ');
};
