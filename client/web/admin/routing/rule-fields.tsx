/** The conditions of one rule, and the models for the questions that they hold for. */
import { useTranslate } from '../../translations/translation.ts';
import { describeCategory } from '../../verdicts/moderation-words.ts';
import type { RoutingQuery } from '../generated/graphql.ts';
import styles from '../parts/form.module.css';
import { CheckBox, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';
import { categories, complexities, type EditedRule, fieldName, flagChoices, plans, pools } from './rule-input.ts';

interface BoxesProps {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: readonly string[];
}

const Boxes = ({ legend, name, choices, chosen }: BoxesProps) => (
  <fieldset className={styles['choices']}>
    <legend>{legend}</legend>
    {choices.map(({ value, label }) => (
      <CheckBox key={value} name={name} value={value} label={label} defaultChecked={chosen.includes(value)} />
    ))}
  </fieldset>
);

export interface RuleFieldsProps {
  readonly rule: EditedRule;
  readonly models: RoutingQuery['models'];
}

export const RuleFields = ({ rule: { key, stored }, models }: RuleFieldsProps) => {
  const w = useWords();
  const t = useTranslate();
  const name = (field: string): string => fieldName(key, field);
  const asWritten = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  const flags = [
    { value: flagChoices.null, label: w('routing.rule.either') },
    { value: flagChoices.true, label: w('routing.rule.with') },
    { value: flagChoices.false, label: w('routing.rule.without') },
  ];
  const flagOf = (value: boolean | null | undefined): string =>
    value == null ? flagChoices.null : flagChoices[value ? 'true' : 'false'];
  return (
    <>
      <Boxes
        legend={w('routing.rule.complexity')}
        name={name('complexity')}
        choices={asWritten(complexities)}
        chosen={stored?.complexity ?? []}
      />
      <TextField
        name={name('languages')}
        label={w('routing.rule.languages')}
        hint={w('routing.rule.languagesHint')}
        defaultValue={stored?.languages.join(', ') ?? ''}
      />
      <Select
        name={name('images')}
        label={w('routing.rule.images')}
        choices={flags}
        defaultValue={flagOf(stored?.images)}
      />
      <Select
        name={name('tools')}
        label={w('routing.rule.tools')}
        choices={flags}
        defaultValue={flagOf(stored?.tools)}
      />
      <Boxes
        legend={w('routing.rule.moderation')}
        name={name('moderation')}
        choices={categories.map((value) => ({ value, label: describeCategory(value, t) }))}
        chosen={stored?.moderation ?? []}
      />
      <Boxes
        legend={w('routing.rule.plans')}
        name={name('plans')}
        choices={asWritten(plans)}
        chosen={stored?.plans ?? []}
      />
      <Boxes
        legend={w('routing.rule.models')}
        name={name('models')}
        choices={models.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        chosen={stored?.modelIds ?? []}
      />
      <Select
        name={name('pool')}
        label={w('routing.rule.pool')}
        choices={[{ value: '', label: w('routing.rule.noPool') }, ...asWritten(pools)]}
        defaultValue={stored?.pool ?? ''}
      />
      <CheckBox name={name('strict')} label={w('routing.rule.strict')} defaultChecked={stored?.strict ?? false} />
    </>
  );
};
