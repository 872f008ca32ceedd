/**
 * Words that make the reply to a question depend on when it is asked. A question with one of them is never reused:
 * one word too many costs a request to a model, one too few a wrong reply. Phrases are written as in
 * contracts/complexity/words.
 */
import { foldWords } from '#contracts/complexity/bounded-text.ts';
import { createPhraseTrie } from '#contracts/complexity/phrase-trie.ts';

/** By language, in the order of contracts/complexity/words. */
const phrases: Readonly<Record<string, string>> = {
  ar: 'اليوم, الان, حاليا, الحالي*, غدا, امس, البارحة, الليلة, هذا الاسبوع, هذا الشهر, هذا العام, هذه السنة, احدث, اخر الاخبار, اخبار, مؤخرا, كم الساعة, التاريخ, الطقس, هذا الصباح, هذا المساء, بعد قليل, القادم*, الماضي*, الاخير*, الساعة',
  zh: '今天, 今日, 现在, 目前, 当前, 最新, 最近, 昨天, 明天, 后天, 前天, 今晚, 今早, 今年, 去年, 明年, 本周, 这周, 上周, 下周, 本月, 这个月, 上个月, 下个月, 刚才, 刚刚, 几点, 日期, 星期几, 新闻, 天气, 如今, 近期, 眼下, 此刻, 現在, 當前, 昨日, 明日, 目下',
  nl: 'vandaag, nu, momenteel, huidig*, actueel, actuele, gisteren, eergisteren, morgen, overmorgen, vanavond, vanmorgen, vanochtend, vanmiddag, vannacht, deze week, deze maand, dit jaar, vorig*, volgend*, afgelopen, laatste, nieuwste, recent*, onlangs, nieuws, weer, hoe laat, welke dag, datum, tegenwoordig, zojuist, straks, op dit moment, dit weekend',
  en: 'today*, tonight*, now, nowadays, current, currently, yesterday*, tomorrow*, latest, newest, recent, recently, lately, news, weather, this morning, this afternoon, this evening, this week*, this month*, this year*, this weekend, this quarter, this season, last week*, last month*, last year*, last night*, last few, last time, next week*, next month*, next year*, upcoming, right away, at the moment, at present, presently, present day, as of, so far, until now, up to date, what time, the time, what day, which day, the date, date is, what year, which year, days ago, weeks ago, months ago, years ago, hours ago, minutes ago, ago, just happened, still alive, still open, these days, soon, anymore, any more, breaking, live score, forecast, yet, already, monday, tuesday, wednesday, thursday, friday, saturday, sunday',
  fr: 'aujourd hui, maintenant, actuel, actuelle, actuels, actuelles, actuellement, hier, avant hier, demain, apres demain, ce soir, ce matin, cet apres midi, cette nuit, cette semaine, ce mois, cette annee, ce week end, la semaine derniere, le mois dernier, l annee derniere, l an dernier, prochain*, dernier, derniere, derniers, dernieres, recent, recente, recents, recentes, recemment, nouvelles, actualite*, meteo, quelle heure, l heure, quel jour, la date, en ce moment, a present, de nos jours, bientot, tout a l heure, il y a, a jour, desormais, deja',
  de: 'heute*, heutig*, jetzt*, jetzig*, gerade, derzeit*, aktuell*, momentan*, gegenwartig*, zurzeit, zur zeit, gestern*, vorgestern, morgen, ubermorgen, neueste*, neuste*, neulich, kurzlich, letzte, letzten, letzter, letztes, nachste, nachsten, nachster, nachstes, diese woche, dieser woche, diesen monat, diesem monat, dieses jahr, diesem jahr, dieses wochenende, vergangene*, kommende*, nachrichten, wetter, uhrzeit, wie spat, welcher tag, datum, soeben, bald, inzwischen, mittlerweile, bislang, bisher, im moment, noch, schon, vorhin, gleich, heuer, vor kurzem, stand der',
  hi: 'आज, अब, अभी, वर्तमान, मौजूदा, कल, परसों, इस सप्ताह, इस हफ्ते, इस महीने, इस साल, पिछले, पिछली, पिछला, अगले, अगली, अगला, नवीनतम, ताजा, ताज़ा, हाल, खबर, समाचार, मौसम, कितने बजे, तारीख, तारीख़, समय, फिलहाल, आजकल, सुबह, शाम, रात',
  it: 'oggi, ora, adesso, attuale, attuali, attualmente, ieri, domani, dopodomani, stasera, stamattina, stanotte, questa settimana, questo mese, quest anno, questo weekend, scorso, scorsa, scorsi, prossimo, prossima, ultimo, ultima, ultimi, ultime, recente, recenti, recentemente, notizie, tempo fa, meteo, che ore, che ora, che giorno, la data, al momento, in questo momento, al giorno d oggi, presto, poco fa, fa, gia, ormai, finora, aggiornat*',
  ja: '今日, 本日, 今, 現在, 最新, 最近, 昨日, 明日, 明後日, 一昨日, 今夜, 今晩, 今朝, 今週, 先週, 来週, 今月, 先月, 来月, 今年, 去年, 昨年, 来年, さっき, 先ほど, 何時, 何日, 何曜日, 日付, ニュース, 天気, 近頃, このごろ, 直近, 目下, きょう, いま, きのう, あした, あす, もう',
  ko: '오늘*, 지금*, 현재*, 최신*, 최근*, 어제*, 내일*, 모레*, 그제*, 오늘밤*, 이번*, 지난*, 다음*, 올해*, 작년*, 내년*, 방금*, 아까*, 몇 시*, 며칠*, 무슨 요일*, 날짜*, 뉴스*, 소식*, 날씨*, 요즘*, 요새*, 당장*, 곧, 이제*, 아직*, 벌써*',
  pl: 'dzis, dzisiaj, dzisiejsz*, teraz, obecnie, obecn*, aktualn*, wczoraj*, przedwczoraj, jutro, jutrzejsz*, pojutrze, dzis wieczorem, w tym tygodniu, w tym miesiacu, w tym roku, w ten weekend, zeszl*, ubiegl*, ostatni*, nastepn*, przyszly, przyszlym, przyszlego, najnowsz*, niedawno, wiadomosci, pogod*, ktora godzina, jaki dzien, data, w tej chwili, chwilowo, wlasnie, wkrotce, juz, temu, biezac*',
  pt: 'hoje, agora, atual, atuais, atualmente, actual, actualmente, ontem, anteontem, amanha, esta noite, esta manha, esta tarde, esta semana, este mes, este ano, neste momento, no momento, passado, passada, proximo, proxima, ultimo, ultima, ultimos, ultimas, recente, recentes, recentemente, noticia*, tempo faz, previsao, clima, que horas, que dia, a data, hoje em dia, em breve, ha pouco, ja, ainda, ate agora, mais novo',
  ru: 'сегодня*, сегодняшн*, сейчас, теперь, нынешн*, нынче, текущ*, актуальн*, вчера*, позавчера, завтра*, послезавтра, на этой неделе, в этом месяце, в этом году, прошл*, следующ*, последн*, недавно, недавн*, новейш*, новост*, погод*, который час, сколько времени, какой день, какое число, дата, в данный момент, на данный момент, в настоящее время, скоро, уже, еще, назад, только что, свеж*',
  es: 'hoy, ahora, actual, actuales, actualmente, actualidad, ayer, anteayer, manana, pasado manana, esta noche, esta manana, esta tarde, esta semana, este mes, este ano, este fin de semana, pasado, pasada, proximo, proxima, ultimo, ultima, ultimos, ultimas, reciente, recientes, recientemente, noticia*, tiempo hace, clima, pronostico, que hora, que horas, que dia, la fecha, en este momento, hoy en dia, pronto, hace, ya, todavia, aun, hasta ahora, mas nuevo',
  tr: 'bugun*, simdi*, su an*, suan*, guncel*, halen, hala, dun, dunku, yarin*, bu aksam*, bu gece*, bu sabah*, bu hafta*, bu ay, bu ayki, bu yil*, bu sene*, gecen*, gelecek*, onumuzdeki, son, en son, en yeni, yeni, yakinda, gecenlerde, haber*, hava, saat kac, gunlerden, hangi gun, tarih*, su siralar, gunumuz*, demin, az once, artik, henuz, mevcut',
};

const trie = createPhraseTrie(
  Object.values(phrases).flatMap((list) => list.split(',').map((phrase) => [phrase.trim(), true] as const)),
);

/** The languages that it knows words of, by ISO 639-1. */
export const languagesWithTime = Object.keys(phrases);

/** Characters that are looked at together; those of the longest phrase are looked at twice. */
const pieceLength = 2_000;
const overlap = 40;

/**
 * Whether a text names a time that depends on when it is said, in any of the languages. Its work is proportional to its
 * length.
 */
export const namesTime = (text: string): boolean => {
  let found = false;
  for (let start = 0; start < text.length && !found; start += pieceLength - overlap) {
    trie.find(foldWords(text.slice(start, start + pieceLength)), () => {
      found = true;
    });
  }
  return found;
};
