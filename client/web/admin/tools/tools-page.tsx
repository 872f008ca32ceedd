/** The tenant's tools, which models may call. Invariant: a secret is shown once, right after it was made. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { formatMoment } from '../../formats/format.ts';
import { useRead } from '../../reads/use-read.ts';
import { SecretOnce } from '../../secrets/secret-once.tsx';
import { useLanguage } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import {
  DeleteToolDocument,
  RotateToolSecretDocument,
  ToolsDocument,
  type ToolsQuery,
  UpsertToolDocument,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge } from '../parts/figures.tsx';
import { Page, Section } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';
import { ToolForm } from './tool-form.tsx';

type Tool = ToolsQuery['tools'][number];

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly isRunning: boolean;
  readonly edit: (name: string) => void;
  readonly rotate: (name: string) => void;
  readonly remove: (name: string) => void;
}

const actionsOf = ({ w, isRunning, edit, rotate, remove }: Given, { name }: Tool) => (
  <ButtonRow>
    <Button aria-label={w('editOne', { name })} onClick={() => edit(name)}>
      {w('edit')}
    </Button>
    <ConfirmButton
      label={w('tools.rotate')}
      name={w('tools.rotateOne', { name })}
      question={w('tools.rotateSure', { name })}
      consequence={w('tools.rotateMore')}
      isDisabled={isRunning}
      act={() => rotate(name)}
    />
    <ConfirmButton
      label={w('delete')}
      name={w('deleteOne', { name })}
      question={w('tools.deleteSure', { name })}
      consequence={w('tools.deleteMore')}
      isDisabled={isRunning}
      act={() => remove(name)}
    />
  </ButtonRow>
);

const columnsIn = (given: Given): readonly Column<Tool>[] => {
  const { w, language } = given;
  return [
    {
      id: 'name',
      title: w('name'),
      sortBy: ({ name }) => name,
      cell: ({ name, description, enabled }) => (
        <>
          {name} {enabled ? null : <Badge>{w('disabled')}</Badge>}
          <small>{description}</small>
        </>
      ),
    },
    { id: 'url', title: w('tools.url'), cell: ({ url }) => <span className={styles['excerpt']}>{url}</span> },
    { id: 'updated', title: w('tools.updated'), cell: ({ updatedAt }) => formatMoment(updatedAt, language) },
    { id: 'actions', title: w('actions'), cell: (tool) => actionsOf(given, tool) },
  ];
};

interface NewSecret {
  readonly name: string;
  readonly secret: string;
}

export const ToolsPage = () => {
  const w = useWords();
  const language = useLanguage();
  const client = useParlance();
  const { data, fault, refetch } = useRead(ToolsDocument, {});
  const { isRunning, fault: refused, run } = useAction();
  const [edited, setEdited] = useState<string>();
  const [made, setMade] = useState<NewSecret>();
  const tool = data?.tools.find(({ name }) => name === edited);
  const show = (name: string, secret: string | null) => setMade(secret === null ? undefined : { name, secret });
  const rotate = (name: string) =>
    void run(
      async () => {
        const { rotateToolSecret } = await client.mutate(RotateToolSecretDocument, { name });
        show(name, rotateToolSecret.secret);
        await refetch();
      },
      w('tools.rotated', { name }),
    );
  const remove = (name: string) =>
    void run(
      async () => {
        await client.mutate(DeleteToolDocument, { name });
        setMade(undefined);
        await refetch();
      },
      w('tools.deleted', { name }),
    );
  const startNew = () => setEdited(undefined);
  const saved = async (name: string, secret: string | null) => {
    show(name, secret);
    await refetch();
  };
  return (
    <Page
      title="tools.title"
      intro={w('tools.intro')}
      operations={[ToolsDocument, UpsertToolDocument, RotateToolSecretDocument, DeleteToolDocument].map((document) => ({
        document,
      }))}
      fault={fault}
      retry={refetch}
    >
      <FaultView fault={refused} />
      {made ? <SecretOnce words={w('tools.secretOnce', { name: made.name })} secret={made.secret} /> : null}
      <DataTable
        caption={w('tools.title')}
        columns={columnsIn({ w, language, isRunning, edit: setEdited, rotate, remove })}
        rows={data?.tools}
        keyOf={({ name }) => name}
        none={w('tools.none')}
      />
      <Section title={tool ? w('tools.change', { name: tool.name }) : w('tools.register')}>
        <ToolForm key={tool?.name ?? ''} tool={tool} onSaved={saved} />
        {tool ? (
          <ButtonRow>
            <Button onClick={startNew}>{w('tools.register')}</Button>
          </ButtonRow>
        ) : null}
      </Section>
    </Page>
  );
};
