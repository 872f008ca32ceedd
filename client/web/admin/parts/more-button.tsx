/** Below a list that has more: reads the next page. */
import { Button } from '../../design/button.tsx';
import { useWords } from '../translations/words.ts';

export interface MoreButtonProps {
  readonly hasMore: boolean;
  readonly more: () => Promise<void>;
}

export const MoreButton = ({ hasMore, more }: MoreButtonProps) => {
  const w = useWords();
  const read = () => void more();
  return hasMore ? (
    <p>
      <Button onClick={read}>{w('page.more')}</Button>
    </p>
  ) : null;
};
