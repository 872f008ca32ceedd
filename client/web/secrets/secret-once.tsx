/** A secret that was just made. Invariant: it is kept nowhere, and gone with the next thing that the page does. */
import { useCopy } from '../clipboard/copy-text.ts';
import { Button } from '../design/button.tsx';
import { useTranslate } from '../translations/translation.ts';
import styles from './secret-once.module.css';

export const SecretOnce = ({ words, secret }: { readonly words: string; readonly secret: string }) => {
  const t = useTranslate();
  const [isCopied, copy] = useCopy(secret);
  return (
    <div className={styles['secret']} role="status">
      <p>{words}</p>
      <code>{secret}</code>
      <Button icon={isCopied ? 'check' : 'copy'} onClick={copy}>
        {t(isCopied ? 'copied' : 'copy')}
      </Button>
    </div>
  );
};
