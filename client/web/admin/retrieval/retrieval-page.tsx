/** Tries retrieval on a typed question: in which collections, what is found, by which lane, and in how long. */
import { useParlance } from '@parlance/react';
import { useCallback, useState } from 'react';
import { OperationLinks } from '../api/explorer-link.tsx';
import { pageOf } from '../api/page-of.ts';
import { useAction } from '../api/use-action.ts';
import { usePages } from '../api/use-pages.ts';
import {
  TriedCollectionsDocument,
  TryRetrievalDocument,
  type TryRetrievalQuery,
  type TryRetrievalQueryVariables,
} from '../generated/graphql.ts';
import { Form, type FormValues, TextArea, TextField } from '../parts/form.tsx';
import { MoreButton } from '../parts/more-button.tsx';
import { Page, Section } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { CollectionBoxes } from './collection-boxes.tsx';
import { FoundPassages } from './found-passages.tsx';

/** The server's bounds. */
const mostPassages = 20;
const longestQuestion = 8_000;
const longestContext = 2_000;

interface Outcome {
  readonly found: TryRetrievalQuery['searchDocuments'];
  readonly variables: TryRetrievalQueryVariables;
  readonly ms: number;
}

const useCollections = () => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) =>
        pageOf((await client.query(TriedCollectionsDocument, { after: after ?? null })).collections),
      [client],
    ),
  );
};

const variablesOf = (values: FormValues, chosen: ReadonlySet<string>): TryRetrievalQueryVariables => {
  const context = values.text('context');
  return {
    collectionIds: [...chosen],
    query: values.text('question'),
    context: context === '' ? [] : [context],
    first: values.number('first') ?? mostPassages,
  };
};

const Found = ({ outcome: { found, variables, ms } }: { readonly outcome: Outcome }) => {
  const w = useWords();
  const { hits, lanes } = found;
  const counts = { count: hits.length, time: Math.round(ms) };
  return (
    <div className={styles['parts']}>
      <p className={styles['notice']} role="status">
        {w(lanes.includes('VECTORS') ? 'retrieval.foundBoth' : 'retrieval.foundWords', counts)}
      </p>
      <OperationLinks label={w('page.tried')} operations={[{ document: TryRetrievalDocument, variables }]} />
      <FoundPassages passages={hits} />
    </div>
  );
};

export const RetrievalPage = () => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const { rows, fault, hasMore, more, refetch } = useCollections();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = (values: FormValues) => {
    const variables = variablesOf(values, chosen);
    void action.run(async () => {
      const begunAt = performance.now();
      const { searchDocuments } = await client.query(TryRetrievalDocument, variables);
      setOutcome({ found: searchDocuments, variables, ms: performance.now() - begunAt });
    });
  };
  return (
    <Page
      title="retrieval.title"
      intro={w('retrieval.intro')}
      operations={[{ document: TriedCollectionsDocument, variables: { after: null } }]}
      fault={fault}
      retry={refetch}
    >
      <Section title={w('retrieval.try')}>
        <Form
          label={w('retrieval.try')}
          submit={w('retrieval.search')}
          action={action}
          isDisabled={chosen.size === 0}
          onSubmit={submit}
        >
          <CollectionBoxes collections={rows} chosen={chosen} onChoose={setChosen} />
          <MoreButton hasMore={hasMore} more={more} />
          <TextArea name="question" label={w('retrieval.question')} required maxLength={longestQuestion} />
          <TextArea
            name="context"
            label={w('retrieval.context')}
            hint={w('retrieval.contextHint')}
            rows={2}
            maxLength={longestContext}
          />
          <TextField
            name="first"
            label={w('retrieval.first')}
            type="number"
            min={1}
            max={mostPassages}
            defaultValue={8}
          />
        </Form>
        {outcome ? <Found outcome={outcome} /> : null}
      </Section>
    </Page>
  );
};
