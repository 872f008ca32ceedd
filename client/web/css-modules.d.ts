/** What Vite makes of styles: a module gives the names of its classes, a plain one has an effect only. */
declare module '*.module.css' {
  const names: Readonly<Record<string, string>>;
  // biome-ignore lint/style/noDefaultExport: as Vite has it
  export default names;
}

declare module '*.css' {}
