/** Why the routing uses a model or does not, in the reader's words. */
import type { ExplainRouteQuery } from '@parlance/client';
import type { MessageId } from '../translations/en.ts';
import type { Translate } from '../translations/translation.ts';

type Judgement = Pick<ExplainRouteQuery['explainRoute']['candidates'][number], 'verdict' | 'reason'>;

const words: Readonly<Record<Judgement['verdict'], MessageId>> = {
  CHOSEN: 'route.chosen',
  DISABLED: 'route.disabled',
  FALLBACK: 'route.fallback',
  MISSING_CAPABILITY: 'route.capability',
  NOT_IN_PLAN: 'route.plan',
  NOT_IN_POLICY: 'route.policy',
  NOT_IN_RULE: 'route.rule',
  NO_REAL_MODEL: 'route.demonstration',
  NO_WORKER: 'route.noWorker',
  TOO_EXPENSIVE: 'route.expensive',
  TOO_LONG: 'route.tooLong',
  UNHEALTHY: 'route.unhealthy',
};

/** The server's sentence, which is English, stands for a verdict that is newer than this page. */
export const describeVerdict = ({ verdict, reason }: Judgement, t: Translate): string =>
  verdict in words ? t(words[verdict]) : reason;
