/** The tenant's policies for the choice of a model, and a trial of where a question would go. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import {
  DeleteRoutingPolicyDocument,
  RoutingDocument,
  type RoutingQuery,
  TryRouteDocument,
  UpsertRoutingPolicyDocument,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge } from '../parts/figures.tsx';
import { formatPrice } from '../parts/format-figures.ts';
import { Page, Section } from '../parts/page.tsx';
import { useWords, type Words } from '../translations/words.ts';
import { PolicyForm } from './policy-form.tsx';
import { RouteTrial } from './route-trial.tsx';

export type Policy = RoutingQuery['routingPolicies'][number];

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly isRunning: boolean;
  readonly edit: (name: string) => void;
  readonly remove: (name: string) => void;
}

const limitsOf = ({ maxInputPrice, maxOutputPrice }: Policy, language: string): string =>
  [maxInputPrice, maxOutputPrice].map((price) => (price === null ? '–' : formatPrice(price, language))).join(' / ');

const columnsIn = ({ w, language, isRunning, edit, remove }: Given): readonly Column<Policy>[] => [
  {
    id: 'name',
    title: w('name'),
    sortBy: ({ name }) => name,
    cell: ({ name, isDefault, description }) => (
      <>
        {name} {isDefault ? <Badge tone="good">{w('routing.default')}</Badge> : null}
        {description === null ? null : <small>{description}</small>}
      </>
    ),
  },
  {
    id: 'strategy',
    title: w('routing.strategy'),
    sortBy: (policy) => policy.strategy,
    cell: (policy) => w(`routing.strategy.${policy.strategy}`),
  },
  {
    id: 'models',
    title: w('routing.models'),
    cell: ({ models }) =>
      models.length === 0 ? w('routing.allModels') : models.map(({ displayName }) => displayName).join(', '),
  },
  { id: 'requires', title: w('routing.requires'), cell: ({ requires }) => requires.join(', ') || '–' },
  { id: 'limits', title: w('routing.limits'), isNumber: true, cell: (policy) => limitsOf(policy, language) },
  {
    id: 'actions',
    title: w('actions'),
    cell: ({ name }) => (
      <ButtonRow>
        <Button aria-label={w('editOne', { name })} onClick={() => edit(name)}>
          {w('edit')}
        </Button>
        <ConfirmButton
          label={w('delete')}
          name={w('deleteOne', { name })}
          question={w('routing.deleteSure', { name })}
          consequence={w('routing.deleteMore')}
          isDisabled={isRunning}
          act={() => remove(name)}
        />
      </ButtonRow>
    ),
  },
];

export const RoutingPage = () => {
  const w = useWords();
  const language = useLanguage();
  const client = useParlance();
  const { data, fault, refetch } = useRead(RoutingDocument, {});
  const { isRunning, fault: refused, run } = useAction();
  const [edited, setEdited] = useState<string>();
  const policies = data?.routingPolicies;
  const remove = (name: string) =>
    void run(
      async () => {
        await client.mutate(DeleteRoutingPolicyDocument, { name });
        setEdited((before) => (before === name ? undefined : before));
        await refetch();
      },
      w('routing.deleted', { name }),
    );
  const policy = policies?.find(({ name }) => name === edited);
  const startNew = () => setEdited(undefined);
  return (
    <Page
      title="routing.title"
      intro={w('routing.intro')}
      operations={[RoutingDocument, TryRouteDocument, UpsertRoutingPolicyDocument, DeleteRoutingPolicyDocument].map(
        (document) => ({ document }),
      )}
      fault={fault}
      retry={refetch}
    >
      <FaultView fault={refused} />
      <DataTable
        caption={w('routing.title')}
        columns={columnsIn({ w, language, isRunning, edit: setEdited, remove })}
        rows={policies}
        keyOf={({ name }) => name}
        none={w('routing.none')}
      />
      {data ? (
        <Section title={policy ? w('routing.change', { name: policy.name }) : w('routing.create')}>
          <PolicyForm key={policy?.name ?? ''} policy={policy} models={data.models} onChanged={refetch} />
          {policy ? (
            <ButtonRow>
              <Button onClick={startNew}>{w('routing.create')}</Button>
            </ButtonRow>
          ) : null}
        </Section>
      ) : null}
      {policies ? (
        <Section title={w('routing.try')} intro={w('routing.try.intro')}>
          <RouteTrial policies={policies} />
        </Section>
      ) : null}
    </Page>
  );
};
