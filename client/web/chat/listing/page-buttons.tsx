/** The way through the pages of a list. Without effect at its ends, where the buttons keep the focus. */
import { Button, ButtonRow } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import type { Pager } from './use-pager.ts';

export interface PageButtonsProps {
  readonly pager: Pager;
  /** Of the page that is shown; undefined while it is read. */
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } | undefined;
}

export const PageButtons = ({ pager, pageInfo }: PageButtonsProps) => {
  const t = useTranslate();
  const endCursor = pageInfo?.hasNextPage ? pageInfo.endCursor : null;
  if (pager.before === 0 && endCursor === null) return null;
  const next = () => {
    if (endCursor !== null) pager.next(endCursor);
  };
  return (
    <nav aria-label={t('pages.label')}>
      <ButtonRow>
        <Button aria-disabled={pager.before === 0} onClick={pager.back}>
          {t('pages.before')}
        </Button>
        <span role="status">{t('pages.number', { number: pager.before + 1 })}</span>
        <Button aria-disabled={endCursor === null} onClick={next}>
          {t('pages.after')}
        </Button>
      </ButtonRow>
    </nav>
  );
};
