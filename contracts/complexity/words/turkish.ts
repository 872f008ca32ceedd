/** The words of Turkish questions. */
import type { LanguageWords } from './language-words.ts';

export const turkish: LanguageWords = {
  language: 'tr',
  function:
    've, bir, bu, su, ile, icin, mi, mu, ne, nasil, neden, kim, kac, nerede, hangi, da, de, ki, ben, sen, biz, benim, bana, var, yok, olan, olarak, gibi, cok, en, daha, ama, veya, degil, her, sonra, kadar, ver, eder, olur, hangisidir, zaman, diye, olan, iki, uc, mudur, midir, lutfen, tesekkur, ederim, arasindaki, o, peki, nedir',
  proof:
    'kanitla*, ispatla*, ispat et, oldugunu goster*, turetin, turet, curut*, tumevarim*, karsi ornek*, celiski*, gerekcelendir*',
  mathematics:
    'integral*, turev*, denklem*, teorem*, sanisi, matris*, ozdeger*, polinom*, irrasyonel*, asal sayi*, olasilik*, limit*, yakinsa*, surekli fonksiyon*, logaritma*, karekok*, entropi*, kuantum*, gorelilik*, dizi, seri, sayilabilir*, bolun*, vektor*, kombinator*, fonksiyon*, varyans*, diferansiyel*, rakam*, toplami, kac farkli sekilde, kac yolla, dongusel*, faktoriyel*, zar, ortalama hiz*, alani, hacm*, kosegen*, cokgen*, dikdortgen*, ucgen*, cember*, acilar*, satranc tahta*, el sikis*, sifira bol*, eksi carpi eksi, basamakli',
  design:
    'tasarla*, tasarim*, mimari*, gelistir*, uygula*, strateji*, plan yap*, planla*, algoritma*, modelle*, kur bana, yol haritasi, gezi plani',
  analysis:
    'analiz*, degerlendir*, elestir*, yorumla*, tartis*, arguman*, sonuclar*, etik*, ahlak*, ozgur irade*, bilinc*, determini*, paradoks*, felsef*, gerekce*, ne olcude, savun*, ahlaksiz*',
  philosophy:
    'tanri*, ruh*, hakikat*, adalet*, adil, ozgurluk*, hayatin anlami, gerceklik*, varolus*, kimlik*, bilgi nedir, guzellik*, yapay zeka*, iyi ve kotu, insan dogasi, irade*, evren, evrenin',
  debugging:
    'hata ayikla*, debug*, refactor*, yeniden duzenle*, optimize*, kilitlen*, bellek sizinti*, hatayi bul*, hata veriyor, hatayi duzelt*, cokuyor, yavas, istisna*, derlenmiyor, calismiyor, hata mesaji, darbogaz*',
  programming:
    'python*, javascript*, typescript*, java, rust, sql, regex*, betik*, script*, api, sinif, derleyici*, kubernetes*, docker*, veritaban*, sorgu*, program*, kod, kodu, sunucu*, ozyineleme*',
  expertise:
    'dava*, hukuk*, yasal*, yasadisi, sozlesme*, kira, kiraci*, ev sahibim, tahliye*, isten cikar*, isveren*, tazminat*, kidem*, madde, miras*, vasiyet*, velayet*, talep, tani, teshis*, belirti*, hasta, hastada, hastanin, doz*, mg, ilac*, yan etki*, etkilesim*, tedavi*, hamile*, gebelik*, tansiyon*, agri*, yetmezlig*, metformin*, ibuprofen*, vergi*, ipotek*, faiz*, kredi*, yatirim*, emekli*, enflasyon*, yuttu, sislik*, sisti, kanama*, ates*, dokuntu*, bas donmesi, uyusma*, ter*, gogus*, asiri doz, kanser*, kalp krizi, felc, alerji*, kusma*, nefes darlig*, komsu*, arsa*, ortak*, borc*, sigorta*, babamdan, kardesim, sorumlu*',
  steps: 'adim adim, her adim*, ayrintili*, detayli*, akil yurut*',
  sequence: 'once, ilk olarak, sonra, ardindan, daha sonra, son olarak, nihayet',
  comparison: 'karsilastir*, kiyasla*, avantaj*, dezavantaj*, arti ve eksi*, fark*, gore daha, mi yoksa, versus, vs',
  constraints:
    'en fazla, en az, tam olarak, olmadan, kullanmadan, sadece, yalnizca, sartiyla, kosul*, kisit*, butce*, gereksinim*, varsay*, oyle ki, zorunda',
  advice:
    'yapmaliyim, etmeliyim, almali, mali miyim, meli miyim, oner*, tavsiye*, deger mi, yapabilir miyim, hakkim, ne yapmali*, karar*, risk*, secenek*, en iyi yol*, edebilirim, gerekir mi, dislamali*',
  hypothesis:
    'eger, *abilir mi, *ebilir mi, mumkun mu, olsaydi, diyelim, *se ne olur, *sa ne olur, yoksa, ya da, zorunda mi, gerekli mi',
  universal: 'her, daima, hicbir, asla, butun, mumkun*, imkansiz*, sonsuz*, zorunlu, garanti*',
  why: 'neden, nicin, niye, sebep*, sebeb*, nedeni',
  explanation:
    'acikla*, anlat*, nasil calis*, nasil yap*, nasil ol*, betimle*, ozetle*, ozet*, genel bakis, ne olur, nasil gelistir*, nasil pisir*',
  writing:
    'yaz, yazin, yazar misin, yazabilir*, kaleme, deneme yaz*, makale*, hikaye*, konusma metni, siir*, fikir*, fikri, mektup*, e posta*, eposta*, liste*, olustur*, yeniden yaz*, rapor*',
  lookup: 'kim, ne zaman, nerede, nereli, hangi yil*, hangisi*, saat kac, baskent*, nufus*, say, hangi, donustur*',
  quantity: 'kac, kactir',
  yesOrNo: 'mi, mu, var mi, midir',
  definition:
    'anlam*, ne demek*, tanim*, nasil yazilir, yazim*, cogul*, es anlam*, zit anlam*, telaffuz*, kisaltma*, nedir, buldu, icat*, kesfet*',
  translation: 'cevir*, ingilizceye, ingilizcesi, fransizca*, almanca*, tercume*, nasil denir',
  greeting:
    'merhaba, selam, tesekkur*, sag ol, sagol, gunaydin, iyi aksamlar, iyi geceler, tamam, ok, harika, nasilsin*, yardimci oldun, gorusuruz',
  followUp:
    'peki, ve, ama, o zaman, daha, devam, tekrar, daha kisa, simdi, evet, hayir, gercekten, ya, de, ayni, tesekkur*, sag ol, tamam, ok',
};
