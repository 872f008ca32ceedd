/** The list of conversations with its search: what the reader types is looked for in titles and in messages. */
import { useConversations } from '@parlance/react';
import { type ChangeEvent, type KeyboardEvent, useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { Button, IconButton } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import { searchId } from '../frame/element-ids.ts';
import { ConversationRow, type RowActions } from './conversation-row.tsx';
import { groupConversations } from './group-conversations.ts';
import styles from './list.module.css';
import { LoadMore } from './load-more.tsx';
import { SearchResults } from './search-results.tsx';

export interface ConversationPanelProps {
  readonly chosenId: string | undefined;
  readonly actions: RowActions;
}

interface ListProps extends ConversationPanelProps {
  readonly archived: boolean;
}

const ConversationList = ({ chosenId, actions, archived }: ListProps) => {
  const t = useTranslate();
  const filter = useMemo(() => ({ archived }), [archived]);
  const { status, conversations, hasMore, loadMore, refetch, error } = useConversations({ filter });
  const groups = groupConversations(conversations, new Date());
  const retry = () => void refetch();
  if (status === 'failed' && error) {
    return (
      <div className={styles['note']} role="alert">
        <p>{describeFault(error, t).words}</p>
        <Button onClick={retry}>{t('fault.retry')}</Button>
      </div>
    );
  }
  return (
    <>
      {groups.map(({ title, conversations: members }) => (
        <section key={title} aria-label={t(title)}>
          <h2 className={styles['group']}>{t(title)}</h2>
          <ul className={styles['rows']}>
            {members.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isChosen={conversation.id === chosenId}
                actions={actions}
              />
            ))}
          </ul>
        </section>
      ))}
      {status === 'ready' && conversations.length === 0 ? (
        <p className={styles['note']}>{t(archived ? 'list.noArchived' : 'list.none')}</p>
      ) : null}
      <LoadMore hasMore={hasMore} load={loadMore} />
    </>
  );
};

export const ConversationPanel = ({ chosenId, actions }: ConversationPanelProps) => {
  const t = useTranslate();
  const [text, setText] = useState('');
  const [archived, setArchived] = useState(false);
  const query = useDeferredValue(text.trim());
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => setText(target.value);
  const keyDown = ({ key }: KeyboardEvent) => {
    if (key === 'Escape') setText('');
  };
  const clear = () => setText('');
  const toggleArchived = () => setArchived((was) => !was);
  return (
    <div className={styles['panel']}>
      <div className={styles['head']}>
        <Link href="/" className={styles['new']}>
          <Icon name="plus" />
          {t('list.new')}
        </Link>
        <Link href="/collections" className={styles['way']}>
          <Icon name="collection" />
          {t('collections.title')}
        </Link>
        <Link href="/files" className={styles['way']}>
          <Icon name="file" />
          {t('ownFiles.title')}
        </Link>
        <search className={styles['search']}>
          <Icon name="search" size={16} />
          <input
            id={searchId}
            type="search"
            aria-label={t('search.label')}
            placeholder={t('search.label')}
            value={text}
            maxLength={200}
            autoComplete="off"
            onChange={change}
            onKeyDown={keyDown}
          />
          {text === '' ? null : <IconButton icon="close" size="small" label={t('search.clear')} onClick={clear} />}
        </search>
      </div>
      <nav className={styles['scroller']} aria-label={t('list.label')}>
        {query === '' ? (
          <>
            <ConversationList chosenId={chosenId} actions={actions} archived={archived} />
            <p className={styles['note']}>
              <Button icon="archive" onClick={toggleArchived}>
                {t(archived ? 'list.showCurrent' : 'list.showArchived')}
              </Button>
            </p>
          </>
        ) : (
          <SearchResults text={query} chosenId={chosenId} actions={actions} />
        )}
      </nav>
    </div>
  );
};
