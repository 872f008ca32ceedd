/** What threatens, speaks of self-harm or hates a group in Dutch. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const intends = '(?:ik|we|wij) (?:ga|zal|wil|gaan|zullen|willen)';
const you = '(?:je|jou|jullie|je (?:familie|kinderen|vrouw|moeder|man)|jouw (?:familie|kinderen))';
const harm = '(?:vermoorden|doden|doodmaken|doodschieten|neersteken|wurgen|afslachten|kapotmaken)';
const places = '(?:school|kerk|moskee|synagoge|ziekenhuis|vliegveld|stadion|kantoor|station)';
const the = '(?:de|het|een|mijn|jouw|deze|die|dat)';
const attack = '(?:opblazen|platbranden|in brand steken|aanvallen|beschieten)';
const groups =
  "(?:joden|moslims|christenen|zwarten|blanken|aziaten|arabieren|marokkanen|turken|zigeuners|immigranten|vluchtelingen|buitenlanders|homo's|lesbiennes|vrouwen|gehandicapten)";
const all = '(?:alle |die |deze |de )?';

export const dutch: LanguagePhrases = {
  THREAT: {
    certain: [
      `${intends} ${you} (?:allemaal |morgen |vandaag )?${harm}`,
      'ik (?:vermoord|dood|wurg) (?:je|jou|jullie)(?: allemaal)?',
      'ik (?:maak|schiet|sla|steek) (?:je|jou|jullie) dood',
      `${intends} ${the} ${places} ${attack}`,
    ],
    ambiguous: [
      `${intends} (?:hem|haar|hen|ze) (?:allemaal )?${harm}`,
      `hoe (?:kan|moet|zou) ik ${the} ${places} ${attack}`,
      '(?:je|jij) (?:gaat|moet|verdient het om te) (?:sterven|doodgaan)',
    ],
  },
  SELF_HARM: {
    certain: [
      'ik (?:wil|ga|zal) (?:me|mezelf|mij) (?:van het leven beroven|verhangen|doden|vermoorden|pijn doen|snijden)',
      'ik (?:wil|ga) (?:zelfmoord plegen|een einde aan mijn leven maken|er een eind aan maken)',
      'ik denk (?:vaak |steeds )?(?:aan|over) zelfmoord',
      '(?:beste|snelste|makkelijkste|pijnloze) manier om (?:zelfmoord te plegen|mezelf te doden|dood te gaan)',
    ],
    likely: [
      '(?:pleeg|ga) (?:toch |maar )?zelfmoord(?: plegen)?',
      '(?:verhang|vermoord) jezelf',
      'maak jezelf (?:van kant|dood)',
    ],
    ambiguous: ['ik wil (?:gewoon |liever )?(?:dood|sterven|niet meer leven)', 'ik ben suïcidaal'],
  },
  HATE: {
    certain: [
      `${all}${groups} (?:moeten|zouden|verdienen) (?:allemaal )?(?:dood|sterven|branden|vergast worden|uitgeroeid worden|doodgeschoten worden)`,
      `(?:vergas|vermoord|dood) (?:alle|die|deze|de) ${groups}`,
    ],
    likely: [
      `${groups} zijn (?:allemaal )?(?:ongedierte|untermenschen|parasieten|beesten|kakkerlakken|ratten|uitschot|minderwaardig)`,
    ],
    weak: [`ik (?:haat|veracht) ${all}${groups}`],
  },
};
