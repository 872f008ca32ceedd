/** What stands beside the list, by the address of the page. */
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { ConversationPage } from '../conversation/conversation-page.tsx';
import { NewConversation } from '../conversation/new-conversation.tsx';
import { TopBar } from '../frame/top-bar.tsx';

const CollectionsPage = lazy(async () => ({
  default: (await import('../collections/collections-page.tsx')).CollectionsPage,
}));

const CollectionPage = lazy(async () => ({
  default: (await import('../collections/collection-page.tsx')).CollectionPage,
}));

const FilesPage = lazy(async () => ({ default: (await import('../files/files-page.tsx')).FilesPage }));

export const MainPart = () => (
  <Suspense fallback={<TopBar title="" isBehind={false} />}>
    <Switch>
      <Route path="/c/:id">{({ id }) => <ConversationPage key={id} id={id} />}</Route>
      <Route path="/collections">
        <CollectionsPage />
      </Route>
      <Route path="/files">
        <FilesPage />
      </Route>
      <Route path="/collections/:id">{({ id }) => <CollectionPage key={id} id={id} />}</Route>
      <Route>
        <NewConversation />
      </Route>
    </Switch>
  </Suspense>
);
