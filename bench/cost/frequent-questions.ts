/** What customers of a shop ask again and again, each with other ways to ask the same. */

export interface FrequentQuestion {
  readonly text: string;
  /** True paraphrases. */
  readonly again: readonly string[];
}

export const frequentQuestions: readonly FrequentQuestion[] = [
  {
    text: 'How do I reset my password?',
    again: ['How can I reset my password?', 'What do I do to reset my password?'],
  },
  {
    text: 'How long does shipping to Germany take?',
    again: ['How long does delivery to Germany take?', 'How long will shipping to Germany take?'],
  },
  { text: 'Wie kann ich meine Bestellung stornieren?', again: ['Wie storniere ich meine Bestellung?'] },
  { text: 'Can I return shoes after 30 days?', again: ['Is it possible to return shoes after 30 days?'] },
  { text: 'Comment modifier mon adresse de livraison ?', again: ['Comment changer mon adresse de livraison ?'] },
  { text: 'Which payment methods do you accept?', again: ['What payment methods do you accept?'] },
  { text: '¿Cómo cambio mi contraseña?', again: ['¿Cómo puedo cambiar mi contraseña?'] },
  { text: 'Where can I find my invoice?', again: ['Where do I find my invoice?'] },
  { text: 'Wo finde ich meine Rechnung?', again: ['Wo kann ich meine Rechnung finden?'] },
  { text: 'Do you ship to Norway?', again: ['Can you ship to Norway?'] },
  { text: 'Come posso tracciare il mio pacco?', again: ['Come traccio il mio pacco?'] },
  { text: 'How do I delete my account?', again: ['How can I delete my account?'] },
  { text: 'Ist der Versand kostenlos?', again: ['Kostet der Versand nichts?'] },
  { text: 'What is the warranty on the X200 kettle?', again: ['How long is the warranty on the X200 kettle?'] },
  { text: 'Can I pay in two instalments?', again: ['Is it possible to pay in two instalments?'] },
];
