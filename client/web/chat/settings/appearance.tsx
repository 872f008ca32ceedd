/** How this device shows the application. */

import { languageStored, preferredLanguage, themeStored, themes } from '../../preferences/appearance.ts';
import { useStored } from '../../preferences/use-stored.ts';
import { type Language, languages, loadLanguage, useTranslate } from '../../translations/translation.ts';
import { sendKeyStored, sendKeys } from '../device/sending.ts';
import { Choice } from './choice.tsx';

const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const chooseLanguage = (language: Language): void => {
  languageStored.set(language);
  // The catalogue is missing only where there was a release, and then the page reloads by itself.
  loadLanguage(language).then(
    () => {
      document.documentElement.lang = language;
    },
    () => undefined,
  );
};

export const Appearance = () => {
  const t = useTranslate();
  const [theme, setTheme] = useStored(themeStored);
  const [sendKey, setSendKey] = useStored(sendKeyStored);
  const [language] = useStored(languageStored);
  const nameOf = (value: Language) => languageNames[value];
  const themeWords = (value: (typeof themes)[number]) => t(`theme.${value}`);
  const keyWords = (value: (typeof sendKeys)[number]) => t(`sendKey.${value}`);
  return (
    <>
      <Choice label={t('settings.theme')} values={themes} chosen={theme} words={themeWords} onChoose={setTheme} />
      <Choice
        label={t('settings.language')}
        values={languages}
        chosen={language ?? preferredLanguage()}
        words={nameOf}
        onChoose={chooseLanguage}
      />
      <Choice label={t('settings.sendKey')} values={sendKeys} chosen={sendKey} words={keyWords} onChoose={setSendKey} />
    </>
  );
};
