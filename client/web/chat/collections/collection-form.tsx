/** Makes a collection, or changes one: its name, what it is for, and who may read it. */
import {
  type CollectionAccess,
  type CollectionQuery,
  CreateCollectionDocument,
  UpdateCollectionDocument,
} from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, type FormEvent, useId, useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import { Choice } from '../settings/choice.tsx';
import { useAttempt } from '../transfer/use-attempt.ts';
import styles from './collections.module.css';
import { type Reader, ReaderList } from './reader-list.tsx';

const accesses = ['PRIVATE', 'LISTED', 'TENANT'] as const satisfies readonly CollectionAccess[];

/** The server's bounds. */
const mostNameCharacters = 100;
const mostDescriptionCharacters = 1_000;

type Collection = NonNullable<CollectionQuery['collection']>;

export interface CollectionFormProps {
  /** The one to change; undefined for a new one. */
  readonly collection?: Collection;
  readonly onSaved: (id: string) => void;
  readonly onClose: () => void;
}

interface Input {
  readonly name: string;
  readonly description: string;
  readonly access: CollectionAccess;
  readonly readerIds: string[];
}

const useSave = (collection: Collection | undefined) => {
  const client = useParlance();
  const [attempt, fault, isBusy] = useAttempt();
  const save = (input: Input) =>
    attempt(async () =>
      collection
        ? (await client.mutate(UpdateCollectionDocument, { ...input, id: collection.id })).updateCollection.id
        : (await client.mutate(CreateCollectionDocument, input)).createCollection.id,
    );
  return { save, fault, isBusy };
};

export const CollectionForm = ({ collection, onSaved, onClose }: CollectionFormProps) => {
  const t = useTranslate();
  const [nameId, descriptionId] = [useId(), useId()];
  const { save, fault, isBusy } = useSave(collection);
  const [name, setName] = useState(collection?.name ?? '');
  const [description, setDescription] = useState(collection?.description ?? '');
  const [access, setAccess] = useState<CollectionAccess>(collection?.access ?? 'PRIVATE');
  const [readers, setReaders] = useState<readonly Reader[]>(collection?.readers ?? []);
  const typeName = ({ target }: ChangeEvent<HTMLInputElement>) => setName(target.value);
  const typeDescription = ({ target }: ChangeEvent<HTMLTextAreaElement>) => setDescription(target.value);
  const words = (value: CollectionAccess) => t(`collections.access.${value}`);
  const submit = async () => {
    const readerIds = readers.map((reader) => reader.id);
    const id = await save({ name: name.trim(), description: description.trim(), access, readerIds });
    if (id !== undefined) onSaved(id);
  };
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && !isBusy) void submit();
  };
  return (
    <Dialog title={t(collection ? 'collections.change' : 'collections.new')} closeLabel={t('close')} onClose={onClose}>
      <form className={styles['form']} onSubmit={take}>
        <label htmlFor={nameId}>{t('collections.name')}</label>
        <input
          id={nameId}
          value={name}
          maxLength={mostNameCharacters}
          required
          autoComplete="off"
          onChange={typeName}
        />
        <label htmlFor={descriptionId}>{t('collections.description')}</label>
        <textarea
          id={descriptionId}
          rows={3}
          value={description}
          maxLength={mostDescriptionCharacters}
          onChange={typeDescription}
        />
        <Choice label={t('collections.access')} values={accesses} chosen={access} words={words} onChoose={setAccess} />
        {access === 'LISTED' ? <ReaderList readers={readers} onChange={setReaders} /> : null}
        {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
        <ButtonRow>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="main" submits disabled={name.trim() === '' || isBusy}>
            {t(collection ? 'collections.save' : 'collections.make')}
          </Button>
        </ButtonRow>
      </form>
    </Dialog>
  );
};
