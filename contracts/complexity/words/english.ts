/** The words of English questions. */
import type { LanguageWords } from './language-words.ts';

export const english: LanguageWords = {
  language: 'en',
  function:
    'the, a, an, of, to, in, on, at, for, with, from, by, and, or, is, are, was, were, be, do, does, did, can, could, should, would, will, what, which, who, when, where, how, why, i, you, my, your, it, this, that, these, me, we, not, there, please, if, than',
  proof: 'prove, proof that, show that, disprove, derive, derivation of, by induction',
  mathematics:
    'integral*, derivative*, equation*, theorem*, matrix, matrices, eigen*, polynomial*, irrational, prime number*, probabilit*, asymptotic*, differential*, np complete, np hard, p np, logarithm*, converge*',
  design: 'design, architect*, implement*, build a, develop a, strategy, roadmap, plan a, propose',
  analysis: 'analyse, analyze, evaluate, assess, critique, trade off*, tradeoff*, implications, interpret, argue',
  debugging:
    'debug*, refactor*, optimise, optimize, deadlock*, race condition*, memory leak*, stack trace, root cause, fix this',
  expertise:
    'liable, liability, lawsuit, sue, contract law, diagnos*, symptom*, contraindicat*, dosage, tax*, statute*, differential diagnosis',
  steps: 'step by step, walk me through, in detail',
  sequence: 'first, firstly, then, after that, next, finally, lastly',
  comparison: 'compare, comparison, versus, vs, pros and cons, difference between, differences between, advantages',
  constraints:
    'must, at most, at least, exactly, without using, only use, no more than, under the condition, such that, subject to',
  why: 'why, how come, what causes',
  explanation: 'explain, how do, how does, how can, how to, describe, summarise, summarize, summary',
  writing: 'write, draft, compose, essay, article, story, blog post, speech',
  lookup:
    'who, when, where, how many, how much, how old, what is, what s, what does, what time, which, name, define, meaning of, spell, capital of, is, are, was, does, do, can',
  translation: 'translate, translation, in french, in german, in spanish, how do you say',
  greeting: 'hi, hello, hey, thanks, thank you, good morning, good evening, ok, okay, great, bye',
  followUp: 'and, but, what about, how about, so, also, more, continue, go on, why not, the same, it',
};
