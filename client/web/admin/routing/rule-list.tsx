/** The rules of a policy in their order: added, removed, moved up. What was typed into one stays with it. */
import { Button } from '../../design/button.tsx';
import type { RoutingQuery } from '../generated/graphql.ts';
import formStyles from '../parts/form.module.css';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { RuleFields } from './rule-fields.tsx';
import type { EditedRule } from './rule-input.ts';

export interface RuleListProps {
  readonly rules: readonly EditedRule[];
  readonly models: RoutingQuery['models'];
  readonly onChange: (rules: readonly EditedRule[]) => void;
}

export const RuleList = ({ rules, models, onChange }: RuleListProps) => {
  const w = useWords();
  const moveUp = (index: number): void => {
    const above = rules[index - 1];
    if (above) onChange(rules.with(index - 1, rules[index] ?? above).with(index, above));
  };
  return (
    <section className={styles['parts']} aria-label={w('routing.rules')}>
      <p>{w('routing.rules.more')}</p>
      {rules.map((rule, index) => {
        const position = index + 1;
        return (
          <fieldset key={rule.key} className={formStyles['form']}>
            <legend>{w('routing.rule', { position })}</legend>
            <RuleFields rule={rule} models={models} />
            <div className={styles['buttons']}>
              <Button
                aria-label={w('routing.rule.up', { position })}
                disabled={index === 0}
                onClick={() => moveUp(index)}
              >
                ↑
              </Button>
              <Button
                aria-label={w('routing.rule.remove', { position })}
                onClick={() => onChange(rules.filter(({ key }) => key !== rule.key))}
              >
                ×
              </Button>
            </div>
          </fieldset>
        );
      })}
      <div className={styles['buttons']}>
        <Button onClick={() => onChange([...rules, { key: crypto.randomUUID(), stored: undefined }])}>
          {w('routing.rule.add')}
        </Button>
      </div>
    </section>
  );
};
