/** The words of Polish questions. */
import type { LanguageWords } from './language-words.ts';

export const polish: LanguageWords = {
  language: 'pl',
  function:
    'i, w, z, na, do, nie, sie, to, jest, sa, byl, byla, co, kto, jak, kiedy, gdzie, dlaczego, czy, ile, jaki, jaka, jakie, ktory, ktora, ktore, ze, dla, o, od, po, przez, za, oraz, lub, ma, mi, mnie, moj, moja, mam, moge, prosze, ten, ta, te, tego, juz, tylko, bardzo, dziekuje, mozna, bez, przy, dwoch, trzech, podaj, jesli, jako, a',
  proof:
    'udowodn*, dowiedz*, dowod ze, wykaz, wykazac, wyprowadz*, pokaz ze, obal*, indukcj*, nie wprost, kontrprzyklad*, uzasadnij kazdy',
  mathematics:
    'calk*, pochodn*, rownan*, twierdzen*, hipotez*, macierz*, wartosci wlasn*, wielomian*, niewymiern*, liczb pierwszych, liczby pierwsze, liczba pierwsza, prawdopodobienst*, granic*, zbiezn*, ciagl*, rozniczkow*, logarytm*, pierwiastek, entropi*, kwantow*, wzglednosci, ciag, szereg, przeliczaln*, podzieln*, wektor*, kombinator*, funkcj*, wariancj*, cyfr*, suma, sume, na ile sposobow, sposobow, cykliczn*, abelow*, silni*, kostk*, srednia predkosc, pole powierzchni, objetosc*, przekatn*, wielokat*, prostokat*, trojkat*, okreg*, katow, szachownic*, usciski dloni, cyrkl*, dzielenie przez zero, dzielic przez zero, minus razy minus, trzycyfrow*, dwucyfrow*',
  design:
    'zaprojekt*, projekt*, architektur*, zaimplement*, implement*, opracuj*, stworz system, strategi*, zaplanuj*, plan, algorytm*, modeluj*, zbuduj*, koncepcj*',
  analysis:
    'przeanaliz*, analiz*, ocen, ocenic, krytyczn*, konsekwencj*, interpret*, argument*, rozpraw*, etyczn*, etyka, moraln*, wolna wola, wolnej woli, swiadomosc*, determini*, paradoks*, filozof*, rozwaz*, uzasadni*, na ile, niemoraln*, nieetyczn*',
  philosophy:
    'bog, boga, dusz*, prawda, prawdy, sprawiedliw*, wolnosc*, sens zycia, rzeczywistosc*, istnieni*, tozsamosc*, wiedza, piekn*, swiadom*, sztuczna inteligencja, sztucznej inteligencji, dobro, natura ludzka, wola, wszechswiat*',
  debugging:
    'debug*, zdebug*, refaktor*, zrefaktor*, optymaliz*, zoptymaliz*, zakleszcz*, wyciek pamieci, znajdz blad, blad w, bledy w, popraw ten kod, zawiesza, wolno dziala, wyjatek, nie kompiluje, nie dziala mi, komunikat bledu, waskie gardlo',
  programming:
    'python*, javascript*, typescript, java, rust, sql, regex*, skrypt*, api, klasa, klase, kompilator*, kubernetes*, docker*, baza danych, bazy danych, zapytani*, program, kod, kodu, serwer*, rekuren*',
  expertise:
    'odpowiedzialn*, pozew, pozwac, prawn*, prawo do, legaln*, nielegaln*, umow*, najem, najmu, lokator*, wlasciciel* mieszk*, eksmi*, zwolnion*, zwolnien*, wypowiedzen*, pracodawc*, odszkodowan*, klauzul*, spadek, spadk*, dziedzicz*, testament*, zadac, diagno*, objaw*, pacjent*, dawk*, mg, lek, leki, lekow, skutki uboczne, interakcj*, leczen*, ciaz*, cisnieni*, bol, niewydolnos*, metformin*, ibuprofen*, podat*, hipote*, odset*, oprocent*, kredyt*, pozycz*, inwest*, emerytur*, inflacj*, leasing*, polknal*, guz*, spuchn*, opuchn*, krew, krwaw*, goraczk*, wysypk*, zawroty, dretw*, poty, klatk*, przedawkowa*, rak, raka, zawal*, udar*, alergi*, uczul*, wymiot*, dusznosc*, sasiad*, dzialk*, wspolnik*, dlug*, ubezpieczen*, boli',
  steps: 'krok po kroku, kazdy krok, szczegolow*, dokladnie, rozumowan*',
  sequence: 'najpierw, po pierwsze, potem, nastepnie, pozniej, na koniec, wreszcie',
  comparison:
    'porown*, wady i zalety, zalety i wady, zalety, wady, roznica, roznice, roznicy, roznia, w porownaniu, versus, vs, lepszy niz, co jest lepsze, co lepsze',
  constraints:
    'musi, musza, co najwyzej, co najmniej, maksymalnie, minimum, dokladnie, bez uzycia, bez, tylko z, nie wiecej niz, warun*, ogranicz*, budzet*, wymaga*, zaloz*, tak aby, taki ze',
  advice:
    'czy powinienem, czy powinnam, powinienem, powinnam, powinnismy, polec*, porad*, warto, czy moge, czego moge, mam prawo, co robic, co zrobic, zdecyd*, decyzj*, ryzyk*, jakie mam opcje, najlepszy sposob, co trzeba, co nalezy',
  hypothesis:
    'jesli, jezeli, gdyby, czy mozna, czy moze, czy moglby, czy moglaby, byloby, czy mozliwe, czy da sie, albo, czy musi, czy komputer*, czy maszyn*',
  universal:
    'kazdy, kazda, kazde, zawsze, nigdy, wszystk*, mozliw*, niemozliw*, istnieje, istnieja, nieskoncz*, koniecznie, gwarant*',
  why: 'dlaczego, czemu, z jakiego powodu, powod*, przyczyn*',
  explanation:
    'wyjasn*, wytlumacz*, jak dziala, jak zrobic, jak moge, jak upiec, jak ugotowac, jak poprawic, opisz*, stresc, stresz*, podsumuj*, przeglad, co sie stanie, opowiedz, omow*',
  writing:
    'napisz*, zredaguj*, esej*, artykul*, opowiadanie, przemow*, wiersz*, pomysl*, list do, list motywacyjny, mail, e mail, email, lista, liste, utworz*, przepisz, raport, zaproponuj',
  lookup:
    'kto, kiedy, gdzie, jaki jest, jaka jest, ktora godzina, w ktorym roku, jak sie nazywa, stolic*, ludnosc*, wymien, przelicz, kim, jaki kolor, ile lat',
  quantity: 'ile, ilu',
  yesOrNo: 'czy, czy jest, czy sa',
  definition:
    'znacz*, oznacza, definicj*, zdefini*, sie pisze, pisowni*, liczba mnoga, synonim*, antonim*, przeciwien*, inne slowo, wymaw*, skrot*, co to jest, wynalazl*, odkryl*, literow*, co to znaczy, co to za, popraw',
  translation: 'przetlumacz*, tlumacz*, po angielsku, na angielski, po niemiecku, po francusku, jak powiedziec',
  greeting:
    'czesc, dziekuje, dzieki, dzien dobry, dobry wieczor, dobranoc, ok, super, do widzenia, jak sie masz, co slychac, pomocne, hej, witaj',
  followUp:
    'a, i, ale, wiec, jeszcze, dalej, kontynuuj, krocej, dluzej, teraz, tak, nie, naprawde, a jesli, tez, to samo, dzieki, dziekuje, ok',
};
