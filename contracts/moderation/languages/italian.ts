/** What threatens, speaks of self-harm or hates a group in Italian. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const intends = '(?:voglio|vogliamo|sto per|ho intenzione di)';
const harm = '(?:uccider|ammazzar|accoltellar|strangolar|sgozzar)';
const family =
  '(?:la tua (?:famiglia|madre)|tua (?:moglie|madre|figlia)|tuo (?:marito|padre|figlio)|i tuoi (?:figli|genitori))';
const places = '(?:scuola|chiesa|moschea|sinagoga|ospedale|aeroporto|stadio|ufficio|stazione)';
const the = "(?:la |l'|lo |una |un |uno |il mio |la mia |questa |questo )";
const attack = '(?:far (?:saltare|esplodere)|fare (?:saltare|esplodere)|incendiare|bruciare|attaccare)';
const groups =
  '(?:ebrei|musulmani|cristiani|neri|bianchi|asiatici|arabi|zingari|immigrati|migranti|rifugiati|stranieri|gay|lesbiche|donne|disabili)';
const all = '(?:tutti gli|tutti i|tutte le|gli|i|le|quegli|quei)';

export const italian: LanguagePhrases = {
  THREAT: {
    certain: [
      `${intends} ${harm}(?:ti|vi)`,
      '(?:ti|vi) (?:ucciderò|uccido|ammazzo|ammazzerò|sgozzo|strangolerò|accoltello)',
      `(?:ucciderò|ammazzerò|${intends} uccidere) ${family}`,
      `${intends} ${attack} ${the}${places}`,
    ],
    ambiguous: [
      `${intends} ${harm}(?:lo|la|li|le)`,
      `come (?:posso |potrei )?${attack} ${the}${places}`,
      '(?:devi|meriti di) (?:morire|crepare)',
    ],
  },
  SELF_HARM: {
    certain: [
      '(?<!non )(?:voglio|sto per) (?:uccidermi|suicidarmi|impiccarmi|ammazzarmi|farmi del male|togliermi la vita|farla finita)',
      '(?:penso|sto pensando) (?:al suicidio|di suicidarmi|a suicidarmi|di uccidermi)',
      'modo (?:più )?(?:migliore|rapido|veloce|semplice|indolore) (?:per|di) (?:suicidarmi|suicidarsi|uccidermi)',
    ],
    likely: ['(?:ammazzati|ucciditi|suicidati|impiccati)(?:!| e basta)', 'vai a (?:ucciderti|ammazzarti|impiccarti)'],
    ambiguous: ['(?:voglio|vorrei) (?:solo )?morire', 'non voglio più vivere'],
  },
  HATE: {
    certain: [
      `${all} ${groups} (?:devono|dovrebbero|meritano di) (?:tutti |tutte )?(?:morire|bruciare|crepare)`,
      `${all} ${groups} (?:devono|dovrebbero) essere (?:uccisi|uccise|sterminati|fucilati|impiccati)`,
      `(?:uccidete|sterminate|bruciate) ${all} ${groups}`,
    ],
    likely: [
      `${all} ${groups} sono (?:tutti |tutte )?(?:feccia|parassiti|animali|scarafaggi|ratti|subumani|inferiori)`,
    ],
    weak: [`(?:odio|detesto) ${all} ${groups}`],
  },
};
