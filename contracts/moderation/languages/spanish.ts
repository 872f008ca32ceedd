/** What threatens, speaks of self-harm or hates a group in Spanish. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const intends = '(?:voy a|vamos a|quiero|queremos|pienso)';
const harmYou = '(?:matarte|mataros|matarlos a todos ustedes|asesinarte|apuñalarte|estrangularte|degollarte)';
const family = '(?:tu (?:familia|mujer|madre|padre|marido)|tus (?:hijos|padres)|vuestra familia|su familia)';
const places = '(?:escuela|colegio|instituto|iglesia|mezquita|sinagoga|hospital|aeropuerto|estadio|oficina|estación)';
const the = '(?:la|el|una|un|mi|tu|esta|este|esa|ese)';
const attack = '(?:volar|bombardear|incendiar|quemar|atacar|hacer explotar)';
const groups =
  '(?:judíos|musulmanes|cristianos|negros|blancos|asiáticos|árabes|gitanos|inmigrantes|refugiados|extranjeros|homosexuales|gays|lesbianas|mujeres|discapacitados)';
const all = '(?:todos los|todas las|los|las|esos|esas)';

export const spanish: LanguagePhrases = {
  THREAT: {
    certain: [
      `(?<!no )${intends} ${harmYou}`,
      `${intends} (?:matar|asesinar|degollar) a ${family}`,
      'te (?:voy a|vamos a) (?:matar|asesinar|apuñalar|estrangular|degollar)',
      `${intends} ${attack} ${the} ${places}`,
    ],
    ambiguous: [
      `${intends} (?:matarlo|matarla|matarlos|asesinarlo|asesinarla|apuñalarlo|estrangularlo)`,
      `cómo (?:puedo |podría )?${attack} ${the} ${places}`,
      '(?:vas a|mereces|debes) morir',
    ],
  },
  SELF_HARM: {
    certain: [
      '(?<!no )(?:quiero|voy a) (?:suicidarme|matarme|ahorcarme|hacerme daño|quitarme la vida|acabar con mi vida|terminar con mi vida)',
      '(?:pienso|estoy pensando) en (?:suicidarme|matarme|el suicidio|quitarme la vida)',
      '(?:mejor|más rápida|más fácil) (?:forma|manera) de (?:suicidarme|suicidarse|matarme)',
      '(?:forma|manera) más (?:rápida|fácil|indolora) de (?:suicidarme|suicidarse|matarme)',
    ],
    likely: ['(?:suicídate|mátate|ahórcate)'],
    ambiguous: ['(?:me quiero|quiero) morir', 'no quiero (?:seguir viviendo|vivir más)'],
  },
  HATE: {
    certain: [
      `${all} ${groups} (?:deben|deberían|merecen) (?:morir|ser (?:exterminados|exterminadas|asesinados|fusilados|quemados))`,
      `(?:maten|matad|exterminen|quemad) a ${all} ${groups}`,
    ],
    likely: [
      `${all} ${groups} son (?:todos |todas )?(?:escoria|basura|parásitos|animales|cucarachas|ratas|infrahumanos|inferiores)`,
    ],
    weak: [`odio a ${all} ${groups}`],
  },
};
