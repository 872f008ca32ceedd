/** The keys that do something (shell/use-shortcuts.ts, composer/composer.tsx). */
import hidden from '../../design/hidden.module.css';
import { useTranslate } from '../../translations/translation.ts';
import styles from './settings.module.css';

const modifier = (): string => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl');

const labelOf = (key: string): string => (key === 'mod' ? modifier() : key);

const keys = [
  ['keys.search', ['mod', 'K']],
  ['keys.new', ['mod', 'Shift', 'O']],
  ['keys.composer', ['mod', 'Shift', 'I']],
  ['keys.help', ['mod', '/']],
  ['keys.send', ['mod', 'Enter']],
  ['keys.newline', ['Shift', 'Enter']],
  ['keys.history', ['↑']],
  ['keys.cancel', ['Esc']],
] as const;

export const KeyboardHelp = () => {
  const t = useTranslate();
  return (
    <table className={styles['keys']}>
      <caption className={hidden['hidden']}>{t('keys.caption')}</caption>
      <tbody>
        {keys.map(([words, combination]) => (
          <tr key={words}>
            <th scope="row">{t(words)}</th>
            <td>
              {combination.map((key) => (
                <kbd key={key}>{labelOf(key)}</kbd>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
