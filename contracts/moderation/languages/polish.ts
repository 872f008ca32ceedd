/** What threatens, speaks of self-harm or hates a group in Polish. Also where its marks are left out. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const you = '(?:ci[ęe]|was(?: wszystkich)?|twoj[ąa] (?:rodzin[ęe]|[żz]on[ęe]|matk[ęe])|twoje dzieci)';
const harm = '(?:zabi[ćc]|zamordowa[ćc]|zastrzeli[ćc]|ud[uź]si[ćc]|zad[źz]ga[ćc]|zar[żz]n[ąa][ćc])';
const harmNow = '(?:zabij[ęe]|zamorduj[ęe]|zastrzel[ęe]|udusz[ęe]|zad[źz]gam|zar[żz]n[ęe])';
const intends = '(?:chc[ęe]|zamierzam|mam zamiar)';
const places = '(?:szko[łl][ęe]|ko[śs]ci[óo][łl]|meczet|synagog[ęe]|szpital|lotnisko|stadion|biuro|dworzec)';
const attack = '(?:wysadzi[ćc] w powietrze|wysadzi[ćc]|podpali[ćc]|spali[ćc]|zaatakowa[ćc])';
const groups =
  '(?:[żz]ydzi|muzu[łl]manie|chrze[śs]cijanie|czarni|bia[łl]i|arabowie|azjaci|cyganie|imigranci|uchod[źz]cy|cudzoziemcy|geje|lesbijki|kobiety|niepe[łl]nosprawni|ukrai[ńn]cy)';
const groupsAsObject =
  '(?:[żz]yd[óo]w|muzu[łl]man[óo]w|chrze[śs]cijan|czarnych|bia[łl]ych|arab[óo]w|azjat[óo]w|cygan[óo]w|imigrant[óo]w|uchod[źz]c[óo]w|cudzoziemc[óo]w|gej[óo]w|kobiety|ukrai[ńn]c[óo]w)';

export const polish: LanguagePhrases = {
  THREAT: {
    certain: [
      `${harmNow} ${you}`,
      `${intends} ${you} ${harm}`,
      `${intends} ${harm} ${you}`,
      `(?:${intends} ${attack}|wysadz[ęe]|podpal[ęe]) (?:t[ęe] |moj[ąa] |nasz[ąa] |twoj[ąa] |ten )?${places}`,
    ],
    ambiguous: [
      `${intends} (?:go|j[ąa]|ich) ${harm}`,
      `${harmNow} (?:go|j[ąa]|ich)`,
      `jak (?:mog[ęe] |mo[żz]na )?${attack} (?:t[ęe] |moj[ąa] |nasz[ąa] |twoj[ąa] |ten )?${places}`,
      '(?:musisz|powiniene[śs]|powinna[śs]) (?:umrze[ćc]|zgin[ąa][ćc])',
    ],
  },
  SELF_HARM: {
    certain: [
      'chc[ęe] (?:si[ęe] (?:zabi[ćc]|powiesi[ćc]|skrzywdzi[ćc]|okaleczy[ćc])|pope[łl]ni[ćc] samob[óo]jstwo|odebra[ćc] sobie [żz]ycie|sko[ńn]czy[ćc] ze sob[ąa])',
      '(?:my[śs]l[ęe]|rozmy[śs]lam) o (?:samob[óo]jstwie|odebraniu sobie [żz]ycia)',
      'najlepszy spos[óo]b,? (?:[żz]eby |aby )?si[ęe] zabi[ćc]',
      '(?:najszybszy|najprostszy|bezbolesny) spos[óo]b (?:na samob[óo]jstwo|[żz]eby si[ęe] zabi[ćc]|aby si[ęe] zabi[ćc])',
    ],
    likely: ['(?:zabij|powie[śs]) si[ęe]', 'id[źz] si[ęe] (?:zabij|powie[śs])'],
    ambiguous: ['chc[ęe] umrze[ćc]', 'nie chc[ęe] (?:ju[żz] )?(?:d[łl]u[żz]ej )?[żz]y[ćc]'],
  },
  HATE: {
    certain: [
      `${groups} (?:powinni|powinny|musz[ąa]) (?:wszyscy )?(?:umrze[ćc]|zgin[ąa][ćc]|sp[łl]on[ąa][ćc])`,
      `(?:zabi[ćc]|zabijcie|zagazowa[ćc]|wybi[ćc]) wszystkich ${groupsAsObject}`,
    ],
    likely: [`${groups} to (?:robactwo|podludzie|paso[żz]yty|zwierz[ęe]ta|karaluchy|szczury|[śs]mieci)`],
    weak: [`nienawidz[ęe] (?:wszystkich |tych )?${groupsAsObject}`],
  },
};
