/** Chooses the collections that a question is tried on. */
import type { ChangeEvent } from 'react';
import type { TriedCollectionFragment } from '../generated/graphql.ts';
import { CheckBox } from '../parts/form.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';

/** The server's bound for one search. */
const mostCollections = 20;

export interface CollectionBoxesProps {
  /** Undefined while they are read. */
  readonly collections: readonly TriedCollectionFragment[] | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

export const CollectionBoxes = ({ collections, chosen, onChoose }: CollectionBoxesProps) => {
  const w = useWords();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const next = new Set(chosen);
    if (target.checked) next.add(target.value);
    else next.delete(target.value);
    onChoose(next);
  };
  const describe = ({ name, documentCount, embeddingModel, owner }: TriedCollectionFragment): string =>
    [...[name, w('retrieval.documents', { count: documentCount })], ...[embeddingModel, owner.email ?? owner.id]].join(
      ' · ',
    );
  return (
    <fieldset className={styles['boxes']}>
      <legend>{w('retrieval.collections')}</legend>
      {collections ? null : <p>{w('page.reading')}</p>}
      {collections?.length === 0 ? <p>{w('retrieval.none')}</p> : null}
      {collections?.map((collection) => (
        <CheckBox
          key={collection.id}
          label={describe(collection)}
          value={collection.id}
          checked={chosen.has(collection.id)}
          disabled={chosen.size >= mostCollections && !chosen.has(collection.id)}
          onChange={change}
        />
      ))}
    </fieldset>
  );
};
