/** Chooses files of this device. */
import { type ChangeEvent, useRef } from 'react';
import { IconButton } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';

export const AttachButton = ({ onChoose }: { readonly onChoose: (files: readonly File[]) => void }) => {
  const t = useTranslate();
  const input = useRef<HTMLInputElement>(null);
  const open = () => input.current?.click();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    onChoose([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = '';
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden aria-hidden="true" tabIndex={-1} onChange={change} />
      <IconButton icon="attach" label={t('files.attach')} onClick={open} />
    </>
  );
};
