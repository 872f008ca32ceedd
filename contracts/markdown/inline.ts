/** What a paragraph, a heading or a cell of Markdown consists of. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'math'; readonly text: string; readonly display: boolean }
  | { readonly kind: 'break' }
  | { readonly kind: 'note'; readonly label: string }
  | { readonly kind: 'image'; readonly href: string; readonly alt: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'emphasis' | 'strong' | 'strike'; readonly children: readonly Inline[] };

/** A pair that has others within it. */
export type Span = Extract<Inline, { readonly children: readonly Inline[] }>;
