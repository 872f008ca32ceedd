/** What the moderation looks for, in the reader's words. */
import type { TimelineEntry } from '@parlance/react';
import type { MessageId } from '../translations/en.ts';
import type { Translate } from '../translations/translation.ts';

type Moderation = NonNullable<TimelineEntry['moderation']>;
export type Category = Moderation['categories'][number]['category'];

const words: Readonly<Record<Category, MessageId>> = {
  CHAT_TEMPLATE: 'moderation.template',
  HATE: 'moderation.hate',
  PROFANITY: 'moderation.profanity',
  PROMPT_INJECTION: 'moderation.injection',
  SELF_HARM: 'moderation.selfHarm',
  THREAT: 'moderation.threat',
};

/** A server that is newer than this page may have found something else: its own word stands for that. */
export const describeCategory = (category: Category, t: Translate): string =>
  category in words ? t(words[category]) : category;
