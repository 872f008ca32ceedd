/** What was found: conversations by their title, and messages with the passage that holds the words. */
import { useConversations, useSearch } from '@parlance/react';
import { Link } from 'wouter';
import { useTranslate } from '../../translations/translation.ts';
import { ConversationRow, type RowActions } from './conversation-row.tsx';
import styles from './list.module.css';
import { LoadMore } from './load-more.tsx';
import { Snippet } from './snippet.tsx';

export interface SearchResultsProps {
  readonly text: string;
  readonly chosenId: string | undefined;
  readonly actions: RowActions;
}

export const SearchResults = ({ text, chosenId, actions }: SearchResultsProps) => {
  const t = useTranslate();
  const titles = useConversations({ search: text, pageSize: 20 });
  const messages = useSearch(text);
  const isNothing =
    titles.status === 'ready' &&
    titles.conversations.length === 0 &&
    messages.hits.length === 0 &&
    !messages.isSearching;
  return (
    <>
      {titles.conversations.length > 0 ? <h2 className={styles['group']}>{t('search.titles')}</h2> : null}
      <ul className={styles['rows']}>
        {titles.conversations.map((conversation) => (
          <ConversationRow
            key={conversation.id}
            conversation={conversation}
            isChosen={conversation.id === chosenId}
            actions={actions}
          />
        ))}
      </ul>
      {messages.hits.length > 0 ? <h2 className={styles['group']}>{t('search.messages')}</h2> : null}
      <ul className={styles['rows']}>
        {messages.hits.map(({ message, snippet }) => (
          <li key={message.id}>
            <Link href={`/c/${message.conversation.id}`} className={styles['hit']}>
              <span className={styles['title']}>{message.conversation.title ?? t('list.untitled')}</span>
              <span className={styles['passage']}>
                <Snippet text={snippet} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <LoadMore hasMore={messages.hasMore} load={messages.loadMore} />
      <p className={styles['note']} role="status">
        {isNothing ? t('search.nothing') : null}
        {messages.error ? t('search.failed') : null}
      </p>
    </>
  );
};
