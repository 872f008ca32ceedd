/** The names of the pictures that are made of one. */
export const imageFiles = { file: 'file', model: 'model.jpg', preview: 'preview.webp' } as const;
