/**
 * Why this model, and no other: how the question was judged when it was sent, and how the server would choose now for
 * such a message. Asked when it is opened.
 */
import {
  ExplainRouteDocument,
  type ExplainRouteQuery,
  MessageRoutingDocument,
  type MessageRoutingQuery,
} from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ToggleEvent, useState } from 'react';
import { languageName } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { describeVerdict } from '../../verdicts/route-words.ts';
import styles from './details.module.css';

type Routing = NonNullable<NonNullable<MessageRoutingQuery['message']>['routing']>;
interface Reasons {
  readonly routing: Routing | null | undefined;
  /** Undefined where the server refuses it, such as when the policy is gone. */
  readonly route: ExplainRouteQuery['explainRoute'] | undefined;
}

/** How the question was judged. The sentences of the server are English, and say more to those who read that. */
const JudgedWhenSent = ({ complexity, basis, overflowed, language, reason }: Routing) => {
  const t = useTranslate();
  const reader = useLanguage();
  const name = language === null ? t('details.languageUnknown') : languageName(language, reader);
  return (
    <>
      <p>{t('details.routed', { complexity: t(`complexity.${complexity}`), language: name })}</p>
      {reader === 'en' ? <p>{reason}</p> : null}
      {reader === 'en' ? null : <p>{t(`routed.${basis}`)}</p>}
      {reader !== 'en' && overflowed ? <p>{t('routed.overflowed')}</p> : null}
    </>
  );
};

interface RouteNowProps extends Pick<RouteReasonsProps, 'modelId'> {
  readonly route: ExplainRouteQuery['explainRoute'];
}

const RouteNow = ({ route, modelId }: RouteNowProps) => {
  const t = useTranslate();
  return (
    <>
      <p>{route.policy ? t('details.policy', { name: route.policy.name }) : t('details.noPolicy')}</p>
      <ul>
        {route.candidates.map((judgement) => (
          <li key={judgement.model.id} aria-current={judgement.model.id === modelId}>
            <strong>{judgement.model.displayName}</strong> {describeVerdict(judgement, t)}
          </li>
        ))}
      </ul>
    </>
  );
};

export interface RouteReasonsProps {
  readonly messageId: string | undefined;
  readonly inputTokens: number | undefined;
  readonly modelId: string | undefined;
}

export const RouteReasons = ({ messageId, inputTokens, modelId }: RouteReasonsProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [reasons, setReasons] = useState<Reasons | 'failed'>();
  const load = async () => {
    try {
      const known = messageId === undefined ? undefined : await client.query(MessageRoutingDocument, { messageId });
      const routing = known?.message?.routing;
      const input = {
        inputTokens: inputTokens ?? 1_000,
        modelPolicy: routing?.policy ?? null,
        conversationComplexity: routing?.complexity ?? null,
      };
      const explained = await client.query(ExplainRouteDocument, { input }).catch(() => undefined);
      setReasons(routing || explained ? { routing, route: explained?.explainRoute } : 'failed');
    } catch {
      setReasons('failed');
    }
  };
  const toggled = ({ newState }: ToggleEvent<HTMLDetailsElement>) => {
    if (newState === 'open' && (reasons === undefined || reasons === 'failed')) void load();
  };
  return (
    <details className={styles['route']} onToggle={toggled}>
      <summary>{t('details.why')}</summary>
      {reasons === undefined ? <p>{t('loading')}</p> : null}
      {reasons === 'failed' ? <p>{t('details.whyFailed')}</p> : null}
      {reasons === undefined || reasons === 'failed' ? null : (
        <>
          {reasons.routing ? <JudgedWhenSent {...reasons.routing} /> : null}
          {reasons.route ? <RouteNow route={reasons.route} modelId={modelId} /> : null}
        </>
      )}
    </details>
  );
};
