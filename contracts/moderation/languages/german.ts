/** What threatens, speaks of self-harm or hates a group in German. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const intends = '(?:ich|wir) (?:werde|will|werd|möchte|werden|wollen)';
const you = '(?:dich|euch|deine (?:familie|kinder|frau|mutter)|deinen (?:mann|vater|sohn))(?: (?:alle|heute|morgen))?';
const harm = '(?:umbringen|töten|ermorden|erschie(?:ß|ss)en|abstechen|erstechen|erwürgen|totschlagen)';
const places = '(?:schule|kirche|moschee|synagoge|klinik|bahnhof|flughafen|krankenhaus|stadion|büro)';
const the = '(?:die|den|das|eine|einen|ein|meine|deine|eure|unsere)';
const attack = '(?:in die luft (?:sprengen|jagen)|anzünden|niederbrennen|angreifen)';
/** Not "ich bringe dich um acht zum Zug". */
const away = 'um(?! [\\p{L}\\d])';
const groups =
  '(?:juden|muslime|moslems|christen|schwarzen?|ausländer|flüchtlinge|migranten|schwulen?|lesben|frauen|behinderten?|türken|araber)';

export const german: LanguagePhrases = {
  THREAT: {
    certain: [
      `${intends} ${you} ${harm}`,
      `ich (?:bringe?) (?:dich|euch)(?: alle)? ${away}`,
      '(?:ich) (?:töte|ermorde|erschie(?:ß|ss)e|ersteche|erwürge) (?:dich|euch)',
      `${intends} ${the} ${places} ${attack}`,
    ],
    ambiguous: [
      `${intends} (?:ihn|sie|die)(?: alle)? ${harm}`,
      `wie (?:kann|könnte|würde) (?:ich|man) ${the} ${places} ${attack}`,
      'du (?:wirst|sollst|musst) (?:dafür )?sterben',
    ],
  },
  SELF_HARM: {
    certain: [
      '(?:ich) (?:will|möchte|werde) (?:mich (?:umbringen|töten|erhängen|ritzen)|mir das leben nehmen|mein leben beenden)',
      'ich denke (?:oft |ständig |nur noch )?(?:an|über) (?:suizid|selbstmord)',
      '(?:schmerzloseste|einfachste|schnellste|beste)[rn]? (?:weg|art|methode),? (?:mich|sich) (?:umzubringen|zu töten)',
    ],
    likely: [`bring dich (?:doch )?(?:selbst |selber )?${away}`, 'töte dich (?:doch )?(?:selbst|selber)'],
    ambiguous: ['ich (?:will|möchte) (?:nur noch |einfach )?(?:sterben|nicht mehr leben)', 'ich bin suizidal'],
  },
  HATE: {
    certain: [
      `${groups} (?:sollen|sollten|müssen|gehören) (?:alle )?(?:sterben|verrecken|brennen|vergast|ausgerottet|vernichtet|erschossen)`,
      `(?:vergast|tötet|erschie(?:ß|ss)t) (?:alle|die|diese) ${groups}`,
    ],
    likely: [`${groups} sind (?:alle )?(?:ungeziefer|untermenschen|abschaum|parasiten|tiere|dreck|minderwertig)`],
    weak: [`ich (?:hasse|verachte) (?:alle |diese |die )?${groups}`],
  },
};
