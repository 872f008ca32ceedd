/** The words of Spanish questions. */
import type { LanguageWords } from './language-words.ts';

export const spanish: LanguageWords = {
  language: 'es',
  function:
    'el, la, los, las, un, una, unos, de, del, y, o, es, son, era, fue, yo, tu, su, mi, mis, me, se, lo, le, que, quien, cual, como, cuando, donde, por, para, con, sin, en, al, no, esta, este, esto, estas, hay, cuanto, cuantos, mas, muy, gracias, pero, si, tiene, hace, a, entre, muchas',
  proof:
    'demuestra, demostrar, demuestre, prueba que, probar que, pruebe que, muestra que, refuta*, deduce, deducir, deriva la, por induccion, por reduccion al absurdo, contraejemplo*, justifica cada, justificando',
  mathematics:
    'integral*, derivada*, derivable*, ecuacion*, teorema*, conjetura*, matriz, matrices, autovalor*, polinomio*, irracional*, numero primo, numeros primos, primos, probabilidad*, limite de, converge*, funcion, continua, logaritm*, raiz, entropia, cuantic*, relatividad, sucesion, serie, numerable*, divisible*, vector*, combinatoria, computable*, varianza, cifras, digitos, suma de, de cuantas maneras, de cuantas formas, ciclico*, abelian*, factorial, dados, velocidad media, area, volumen, en base, diagonales, poligono*, rectangulo*, triangulo*, circulo*, angulo*, tablero de ajedrez, apretones de mano*, regla y compas, suma, dividir por cero, dividir entre cero, menos por menos',
  design:
    'disena, disenar, disene, diseno, arquitectura, implementa*, desarrolla*, estrategia*, planifica*, plan de, plan para, elabora*, algoritmo*, modela*, hoja de ruta, construye, itinerario',
  analysis:
    'analiz*, analisis, evalua*, critica*, implicaciones, interpreta*, argument*, etic*, moral*, libre albedrio, conciencia, determinis*, paradoja*, filosof*, consecuencias, sopesa, hasta que punto, justifica*, valora, inmoral*',
  philosophy:
    'dios, alma, verdad, justo, justicia, libertad, sentido de la vida, realidad, existencia, identidad, conocimiento, belleza, consciente*, inteligencia artificial, el bien, el mal, naturaleza humana, voluntad, universo',
  debugging:
    'depura*, debug*, refactoriz*, optimiza*, interbloqueo, fuga de memoria, se cuelga, encuentra el fallo, encuentra el error, error en, corrige este codigo, lenta, lento, excepcion, no compila, no funciona, mensaje de error, cuello de botella',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, script, api, clase, compilador, kubernetes, docker, base de datos, consulta, programa, codigo, servidor, recursi*',
  expertise:
    'responsab*, demanda*, juridic*, legal*, ilegal*, contrato*, alquiler, inquilin*, casero, desahuci*, despid*, despedir*, empleador, reclamar, indemniza*, clausula, herencia, heredar, custodia, diagnostic*, sintoma*, paciente*, dosis, mg, medicament*, efectos secundarios, interacci*, tratamiento, embaraz*, tension, dolor, insuficiencia, metformina, ibuprofeno, impuesto*, fiscal*, hipoteca*, interes, credito, prestamo, inver*, jubilacion, inflacion, trago, bulto, hinchad*, sangr*, fiebre, sarpullido, mareo*, entumec*, sudor*, pecho, sobredosis, cancer, infarto, ictus, alergi*, vomit*, falta de aire, vecino*, terreno, linde*, socio*, deuda*, seguro de',
  steps: 'paso a paso, cada paso, en detalle, detallad*, razonamiento, razona',
  sequence: 'primero, en primer lugar, luego, despues, a continuacion, finalmente, por ultimo, segundo',
  comparison:
    'compara, comparar, compare, comparacion, ventajas, inconvenientes, desventajas, pros y contras, diferencia entre, diferencias, frente a, versus, vs, mejor que',
  constraints:
    'debe, deben, como maximo, como minimo, al menos, a lo sumo, exactamente, sin usar, sin, solo con, no mas de, condicion*, restriccion*, presupuesto, sabiendo que, tal que, requisitos, supon*',
  advice:
    'debo, deberia*, recomiend*, recomienda, aconsej*, vale la pena, conviene, puedo, tengo derecho, que hago, que hacer, decidir, decision, riesgos, riesgo, que opciones, mejor forma, que hay que',
  hypothesis:
    'supon*, imagina*, puede un, puede una, puede el, puede la, pueden, podria*, seria, es posible, si un, si una, si el, si la, si todo*, debe haber, tiene que haber',
  universal:
    'todo, toda, todos los, todas las, siempre, nunca, cada, posible, imposible, existe*, infinit*, necesariamente, garantiza*',
  why: 'por que, a que se debe, razon*, causa*',
  explanation:
    'explica*, como funciona, como se hace, como puedo, como hacer, como se prepara, describ*, resum*, vision general, que pasa, hablame, como mejorar, discute, comenta',
  writing:
    'escribe, escribir, escriba, redacta*, ensayo, articulo, historia sobre, cuento, discurso, poema*, ideas, carta, correo, email, lista de, crea, reescrib*, informe, propon*',
  lookup:
    'quien, quienes, cuando, donde, que edad, que hora, que ano, cual es, cuales son, capital, poblacion, nombra, di, convierte, en que ano, que dia, que idioma, en que pais, como se llama',
  quantity: 'cuanto*, cuanta*',
  yesOrNo: 'es, son, tiene, hay, existe un',
  definition:
    'signific*, sentido de, defin*, se escribe, ortograf*, plural, sinonimo*, antonimo*, contrario, otra palabra, pronuncia*, abreviatura, que es un, que es una, invento, descubrio, corrige la falta, deletrea, corrige esta',
  translation: 'traduc*, traduz*, en ingles, al ingles, en frances, en aleman, como se dice',
  greeting:
    'hola, gracias, buenos dias, buenas tardes, buenas noches, ok, vale, genial, adios, como estas, que tal, ha servido, perfecto',
  followUp:
    'y, pero, entonces, mas, sigue, continua, otra vez, mas corto, mas largo, ahora, si, no, de verdad, y si, tambien, igual, gracias, ok, vale',
};
