/**
 * A call of a tool that waits for the user: what would be called with what, and the choice. Invariant: name and
 * arguments are words of a model, and are shown as text; nothing is chosen beforehand, and no key press elsewhere
 * chooses.
 */
import type { ParlanceFault, ToolCall, ToolDecisionInput } from '@parlance/client';
import { useId, useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import hidden from '../../design/hidden.module.css';
import { Icon } from '../../design/icon.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { type Translate, useTranslate } from '../../translations/translation.ts';
import styles from './tool-call.module.css';
import { pretty } from './tool-call-view.tsx';

export interface ToolApprovalProps {
  readonly messageId: string;
  readonly call: ToolCall;
  readonly decide: (decision: ToolDecisionInput) => Promise<ParlanceFault | undefined>;
}

const nameOf = ({ name, mcpServer }: ToolCall, t: Translate): string =>
  mcpServer ? `${name} (${t('tool.of', { server: mcpServer })})` : name;

/** Announces to a screen reader that a call waits. It is there before the first one does, else it would not be read. */
export const SpokenApprovals = ({ calls }: { readonly calls: readonly ToolCall[] }) => {
  const t = useTranslate();
  const waiting = calls.filter(({ status }) => status === 'AWAITING_APPROVAL');
  return (
    <div className={hidden['hidden']} aria-live="polite">
      {waiting.map((call) => t('tool.ask', { tool: nameOf(call, t) })).join(' ')}
    </div>
  );
};

export const ToolApproval = ({ messageId, call, decide }: ToolApprovalProps) => {
  const t = useTranslate();
  const textId = useId();
  const [decided, setDecided] = useState<boolean>();
  const [fault, setFault] = useState<ParlanceFault>();
  const choose = (approve: boolean) => async () => {
    setDecided(approve);
    setFault(undefined);
    const refused = await decide({ messageId, toolCallId: call.id, approve });
    if (refused === undefined) return;
    setDecided(undefined);
    setFault(refused);
  };
  const tool = nameOf(call, t);
  return (
    <fieldset className={styles['approval']} aria-describedby={textId}>
      <legend>
        <Icon name="tool" size={15} /> {t('tool.ask', { tool })}
      </legend>
      <p id={textId}>{t('tool.askMore')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls, also by keys */}
      <pre className={styles['asked']} tabIndex={0}>
        {pretty(call.arguments)}
      </pre>
      <ButtonRow>
        <Button look="main" disabled={decided !== undefined} onClick={() => void choose(true)()}>
          {t('tool.approve')}
        </Button>
        <Button disabled={decided !== undefined} onClick={() => void choose(false)()}>
          {t('tool.deny')}
        </Button>
      </ButtonRow>
      <p className={styles['decided']} role="status">
        {decided === undefined ? '' : t(decided ? 'tool.nowApproved' : 'tool.nowDenied')}
      </p>
      {fault ? <p role="alert">{describeFault(fault, t).words}</p> : null}
    </fieldset>
  );
};
