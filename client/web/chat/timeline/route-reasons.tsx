/**
 * Why this model, and no other: how the server would choose now for a message of this size. Asked when it is opened.
 */
import { ExplainRouteDocument, type ExplainRouteQuery } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ToggleEvent, useState } from 'react';
import { useTranslate } from '../../translations/translation.ts';
import { describeVerdict } from '../../verdicts/route-words.ts';
import styles from './details.module.css';

export interface RouteReasonsProps {
  readonly inputTokens: number | undefined;
  readonly modelId: string | undefined;
}

export const RouteReasons = ({ inputTokens, modelId }: RouteReasonsProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [route, setRoute] = useState<ExplainRouteQuery['explainRoute'] | 'failed'>();
  const load = async () => {
    const variables = { input: { inputTokens: inputTokens ?? 1_000 } };
    try {
      setRoute((await client.query(ExplainRouteDocument, variables)).explainRoute);
    } catch {
      setRoute('failed');
    }
  };
  const toggled = ({ newState }: ToggleEvent<HTMLDetailsElement>) => {
    if (newState === 'open' && (route === undefined || route === 'failed')) void load();
  };
  return (
    <details className={styles['route']} onToggle={toggled}>
      <summary>{t('details.why')}</summary>
      {route === undefined ? <p>{t('loading')}</p> : null}
      {route === 'failed' ? <p>{t('details.whyFailed')}</p> : null}
      {route === undefined || route === 'failed' ? null : (
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
      )}
    </details>
  );
};
