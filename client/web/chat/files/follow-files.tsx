/**
 * Follows files that are not read yet. Invariant: a few are followed at a time, however many there are; the next one is
 * followed when one of them is done, and the first event of a subscription is the present state.
 */
import { FileChangedDocument, type OwnFile } from '@parlance/client';
import { useChanges } from '../../reads/use-changes.ts';

/** A socket carries 100 subscriptions, and a page that streams without a socket has few connections. */
const mostFollowed = 4;

interface FollowedProps {
  readonly file: OwnFile;
  readonly onChange: () => void;
}

const Followed = ({ file: { id, status }, onChange }: FollowedProps) => {
  useChanges(FileChangedDocument, { id }, (data) => {
    if (data?.fileChanged.status !== status) onChange();
  });
  return null;
};

export interface FollowFilesProps {
  readonly files: readonly OwnFile[];
  readonly onChange: () => void;
}

/** The next ones to follow. */
export const followedOf = (files: readonly OwnFile[]): readonly OwnFile[] =>
  files.filter(({ status }) => status === 'PROCESSING' || status === 'AWAITING_UPLOAD').slice(0, mostFollowed);

export const FollowFiles = ({ files, onChange }: FollowFilesProps) => (
  <>
    {followedOf(files).map((file) => (
      <Followed key={file.id} file={file} onChange={onChange} />
    ))}
  </>
);
